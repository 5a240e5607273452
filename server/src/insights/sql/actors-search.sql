SELECT person.`id` AS `id`, person.`properties.email` AS email, person.`id` AS whose
FROM (
  SELECT
    persons.`id` AS `id`,
    tupleElement(argMax((multiIf(persons.properties_map['email'] = '', NULL, persons.properties_map['email'] = '\x01', '', persons.properties_map['email']), multiIf(persons.properties_map['plan'] = '', NULL, persons.properties_map['plan'] = '\x01', '', persons.properties_map['plan']), multiIf(persons.properties_map['name'] = '', NULL, persons.properties_map['name'] = '\x01', '', persons.properties_map['name']), persons.created_at, persons.is_deleted), persons.version), 1) AS `properties.email`,
    tupleElement(argMax((multiIf(persons.properties_map['email'] = '', NULL, persons.properties_map['email'] = '\x01', '', persons.properties_map['email']), multiIf(persons.properties_map['plan'] = '', NULL, persons.properties_map['plan'] = '\x01', '', persons.properties_map['plan']), multiIf(persons.properties_map['name'] = '', NULL, persons.properties_map['name'] = '\x01', '', persons.properties_map['name']), persons.created_at, persons.is_deleted), persons.version), 2) AS `properties.plan`,
    tupleElement(argMax((multiIf(persons.properties_map['email'] = '', NULL, persons.properties_map['email'] = '\x01', '', persons.properties_map['email']), multiIf(persons.properties_map['plan'] = '', NULL, persons.properties_map['plan'] = '\x01', '', persons.properties_map['plan']), multiIf(persons.properties_map['name'] = '', NULL, persons.properties_map['name'] = '\x01', '', persons.properties_map['name']), persons.created_at, persons.is_deleted), persons.version), 3) AS `properties.name`,
    tupleElement(argMax((multiIf(persons.properties_map['email'] = '', NULL, persons.properties_map['email'] = '\x01', '', persons.properties_map['email']), multiIf(persons.properties_map['plan'] = '', NULL, persons.properties_map['plan'] = '\x01', '', persons.properties_map['plan']), multiIf(persons.properties_map['name'] = '', NULL, persons.properties_map['name'] = '\x01', '', persons.properties_map['name']), persons.created_at, persons.is_deleted), persons.version), 4) AS created_at
  FROM persons
  WHERE persons.team_id = 1
  GROUP BY persons.`id`
  HAVING NOT tupleElement(argMax((multiIf(persons.properties_map['email'] = '', NULL, persons.properties_map['email'] = '\x01', '', persons.properties_map['email']), multiIf(persons.properties_map['plan'] = '', NULL, persons.properties_map['plan'] = '\x01', '', persons.properties_map['plan']), multiIf(persons.properties_map['name'] = '', NULL, persons.properties_map['name'] = '\x01', '', persons.properties_map['name']), persons.created_at, persons.is_deleted), persons.version), 5)
) AS person
WHERE person.`properties.plan` = 'pro' AND (person.`properties.email` ILIKE {p0:String} OR person.`properties.name` ILIKE {p0:String} OR person.`id` IN (
  SELECT person_distinct_ids.person_id AS person_id
  FROM (
    SELECT
      person_distinct_ids.distinct_id AS distinct_id,
      tupleElement(argMax((person_distinct_ids.person_id, person_distinct_ids.is_deleted), person_distinct_ids.version), 1) AS person_id
    FROM person_distinct_ids
    WHERE person_distinct_ids.team_id = 1
    GROUP BY person_distinct_ids.distinct_id
    HAVING NOT tupleElement(argMax((person_distinct_ids.person_id, person_distinct_ids.is_deleted), person_distinct_ids.version), 2)
  ) AS person_distinct_ids
  WHERE person_distinct_ids.distinct_id ILIKE {p0:String}
))
ORDER BY toTimeZone(person.created_at, 'UTC') DESC, person.`id` ASC
LIMIT 3
OFFSET 4
