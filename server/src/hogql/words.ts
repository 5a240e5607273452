/**
 * Words of the language, in lower case. A name spelled like one is quoted when printed, and what is not `asName`
 * can't be a bare name in a query either. (Upstream's grammar lets nearly all of them be names.)
 */
export const keywords = new Set(
  `all and anti any array as asc ascending asof between both by case cast cohort collate columns cross cube current date
  day desc descending distinct else end except exclude extract false fill filter final first following for from full
  global group grouping having hour id if ignore ilike in inf infinity inner interpolate intersect interval into is join
  key lambda last leading left like limit local materialized minute month name nan natural not null nulls offset on or
  order outer over partition paste pivot positional preceding prewhere qualify quarter range recursive regexp replace
  right rollup row rows sample second select semi sets settings step substring then ties time timestamp to top totals
  trailing trim true truncate try_cast unbounded union unpivot using values week when where window with within year yyyy
  zone format outfile div mod apply exists system explain insert alter create drop`.split(/\s+/),
)
