import { placeInFlag } from '../flags/hash.ts'
import { printElementsChain } from '../kit/elements-chain.ts'
import type { Place } from '../pipeline/geoip.ts'
import {
  type Country,
  companyNames,
  countries,
  type Device,
  days,
  devices,
  editorRollout,
  experimentDays,
  fileTypes,
  flagKeys,
  groupType,
  host,
  industries,
  launchDay,
  linksOf,
  outageDay,
  type Plan,
  peopleNames,
  plans,
  productHunt,
  type Source,
  sources,
  templates,
  workDevices,
} from './product.ts'
import { type Random, uuidAt } from './random.ts'

/** What happened at a moment, as an SDK would have sent it. */
export type Happening = {
  uuid: string
  event: string
  distinctId: string
  /** Milliseconds since 1970. */
  at: number
  /** Of this event alone: it may be changed. */
  properties: Record<string, unknown>
  set: Record<string, unknown>
  setOnce: Record<string, unknown>
  /** The distinct id under which the person was known before; null but for `$identify`. */
  mergeFrom: string | null
  elementsChain: string
  /** Where it happened; null for what a server tells. */
  place: Place | null
}

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** Visits on Sunday, Monday, …; work stops on weekends more than reading does. */
const visitsOn = [0.5, 1.05, 1.2, 1.2, 1.12, 0.95, 0.45]
const workOn = [0.1, 1.05, 1.15, 1.15, 1.1, 0.9, 0.07]
/** By the hour of the day where people are. */
const hours: readonly (readonly [number, number])[] = [
  1, 1, 1, 1, 1, 2, 5, 12, 24, 34, 36, 33, 26, 30, 33, 32, 28, 22, 15, 11, 9, 7, 4, 2,
].map((weight, at) => [at, weight] as const)

/** Who is told of. */
type Person = {
  distinctId: string
  country: Country
  city: string
  device: Device
  source: Source
}
type Company = {
  key: string
  facts: Record<string, unknown>
  seats: number
  plan: Plan | null
}
type Member = Person & { name: string; email: string; company: Company; isOwner: boolean }
type Session = { facts: Record<string, unknown>; place: Place; at: number; path: string; distinctId: string }

/**
 * Three months of people who look at Quillwort's site, sign up, write documents, bring their colleagues, pay or go. The
 * same for the same `random`; nothing happens after `end`.
 * @param end milliseconds since 1970
 */
export function createStory(random: Random, end: number) {
  const start = end - days * day
  let told: Happening[] = []

  function happen(
    session: Session | null,
    event: string,
    own: Record<string, unknown>,
    more: Partial<
      Pick<Happening, 'at' | 'distinctId' | 'set' | 'setOnce' | 'mergeFrom' | 'elementsChain'>
    > = {},
  ): void {
    const at = more.at ?? session!.at
    if (at < start || at >= end) return
    const { set = {}, setOnce = {}, mergeFrom = null, elementsChain = '' } = more
    const properties: Record<string, unknown> = session
      ? {
          ...session.facts,
          $current_url: `https://${host}${session.path}`,
          $pathname: session.path,
          ...own,
        }
      : own
    if (more.set) properties.$set = { ...set }
    if (more.setOnce) properties.$set_once = { ...setOnce }
    told.push({
      uuid: uuidAt(random, at),
      event,
      distinctId: more.distinctId ?? session!.distinctId,
      at,
      properties,
      set: { ...set },
      setOnce: { ...setOnce },
      mergeFrom,
      elementsChain,
      place: session?.place ?? null,
    })
  }

  /** A moment of the day at which people are up where they are. */
  function momentOf(dayStart: number, { offset }: Country): number {
    return dayStart + (random.weighted(hours) - offset) * hour + random.next() * hour
  }
  const startOf = (daysBeforeEnd: number) => Math.floor((end - daysBeforeEnd * day) / day) * day
  const weekday = (at: number) => new Date(at).getUTCDay()

  /** The day of somebody's first visit: more come as time goes by, fewer on weekends, many after the launch. */
  function arrival(): { at: number; isOfLaunch: boolean } {
    for (;;) {
      // not so near the start that half of a first visit would be cut off
      const before = random.next() * (days - 2)
      const at = startOf(before)
      const sinceLaunch = launchDay - Math.floor((end - at) / day)
      const spike = sinceLaunch >= 0 && sinceLaunch < 5 ? [2.6, 1.7, 0.8, 0.4, 0.2][sinceLaunch]! : 0
      const usual = (0.55 + 0.75 * (1 - before / days)) * visitsOn[weekday(at)]!
      const drawn = random.next() * 4.4
      if (drawn < usual + spike) return { at, isOfLaunch: drawn >= usual }
    }
  }

  function newPerson(source: Source, from: readonly (readonly [Device, number])[] = devices): Person {
    const country = random.weighted(countries)
    return {
      distinctId: uuidAt(random, start + random.next() * 1000),
      country,
      city: random.pick(country.cities),
      device: random.weighted(from),
      source,
    }
  }

  function begin(person: Person, at: number, path: string, isFirst: boolean): Session {
    const { country, device, source } = person
    const referrer = isFirst ? source.referrer : '$direct'
    return {
      at,
      path,
      distinctId: person.distinctId,
      facts: {
        $lib: 'web',
        $os: device.os,
        $browser: device.browser,
        $browser_version: device.version,
        $device_type: device.type,
        $host: host,
        $referrer: referrer,
        $referring_domain: referrer === '$direct' ? '$direct' : new URL(referrer).host,
        ...(isFirst ? source.utm : {}),
        $session_id: uuidAt(random, at),
      },
      place: {
        $geoip_country_code: country.code,
        $geoip_country_name: country.name,
        $geoip_city_name: person.city,
      },
    }
  }

  const wait = (session: Session, meanSeconds: number) => {
    session.at += 1_500 + random.exponential(meanSeconds) * 1000
  }
  const look = (session: Session, path: string) => {
    session.path = path
    happen(session, '$pageview', {})
  }
  function click(session: Session, text: string, tag: 'a' | 'button', href?: string): void {
    const chain = [
      {
        text,
        tag_name: tag,
        attr_class: tag === 'a' ? ['nav-link'] : ['button'],
        nth_child: 1,
        nth_of_type: 1,
        attributes: {},
        ...(href && { href }),
      },
      { tag_name: tag === 'a' ? 'nav' : 'main', nth_child: 1, nth_of_type: 1, attributes: {} },
      { tag_name: 'body', nth_child: 2, nth_of_type: 1, attributes: {} },
    ]
    happen(
      session,
      '$autocapture',
      { $event_type: 'click', $el_text: text },
      { elementsChain: printElementsChain(chain) },
    )
  }

  /** Looks around the site; ends where the session's path says. */
  function browse(session: Session, landing: string, restless: number): void {
    look(session, landing)
    for (let pages = 0; pages < 9 && random.chance(restless); pages++) {
      wait(session, 35)
      const [path, text] = random.weighted(linksOf(session.path))
      if (random.chance(0.6)) click(session, text, 'a', path)
      wait(session, 1)
      look(session, path)
    }
  }

  /** Visits of somebody nobody knows yet; answers the last, in which they may go on to sign up. */
  function visits(person: Person, from: number, willSignUp: boolean): Session {
    let dayStart = from
    const count = 1 + Math.floor(random.exponential(willSignUp ? 0.9 : 0.6))
    let session!: Session
    for (let visit = 0; visit < count; visit++) {
      if (visit > 0) dayStart += Math.ceil(random.exponential(4)) * day
      session = begin(person, momentOf(dayStart, person.country), '/', visit === 0)
      const landing =
        visit === 0 ? random.weighted(person.source.landings) : random.pick(['/', '/pricing', '/features'])
      browse(session, landing, person.device.type === 'Mobile' ? 0.52 : 0.68)
    }
    return session
  }

  function toSignUp(session: Session): void {
    wait(session, 20)
    click(session, 'Start free', 'button')
    wait(session, 1)
    look(session, '/signup')
  }

  function newCompany(country: Country, seats: number): Company {
    const name = `${random.pick(companyNames.first)} ${random.pick(companyNames.second)}`
    const size = seats <= 1 ? '1' : seats <= 4 ? '2-10' : seats <= 12 ? '11-50' : '51-200'
    return {
      key: `org_${random.hex(10)}`,
      seats,
      plan: null,
      facts: {
        name,
        size,
        employees: Math.max(seats, Math.round(seats * (1 + random.exponential(1.5)))),
        industry: random.pick(industries),
        country: country.code,
        plan: 'free',
      },
    }
  }

  function named(person: Person, company: Company, isOwner: boolean): Member {
    const first = random.pick(peopleNames.first)
    const last = random.pick(peopleNames.last)
    const plain = (text: string) =>
      text
        .normalize('NFD')
        .replace(/[^a-zA-Z]/g, '')
        .toLowerCase()
    const domain = `${String(company.facts.name).toLowerCase().replaceAll(' ', '-')}.example`
    return {
      ...person,
      distinctId: `user_${random.hex(12)}`,
      name: `${first} ${last}`,
      email: `${plain(first)}.${plain(last)}${random.int(10, 999)}@${domain}`,
      company,
      isOwner,
    }
  }

  const variantOf = (member: Member) =>
    placeInFlag(flagKeys.experiment, member.distinctId, 'variant') < 0.5 ? 'control' : 'test'
  const hasEditor = (member: Member) => placeInFlag(flagKeys.editor, member.distinctId) <= editorRollout

  /** What each event of theirs says besides, once they are known. */
  function know(session: Session, member: Member): void {
    session.distinctId = member.distinctId
    Object.assign(session.facts, {
      $user_id: member.distinctId,
      $groups: { [groupType]: member.company.key },
    })
  }
  function askFlag(session: Session, key: string, value: string | boolean): void {
    session.facts[`$feature/${key}`] = value
    happen(session, '$feature_flag_called', { $feature_flag: key, $feature_flag_response: value })
  }

  function tellCompany(
    session: Session | null,
    { key, facts }: Company,
    at: number,
    distinctId: string,
  ): void {
    const own = { $group_type: groupType, $group_key: key, $group_set: { ...facts } }
    happen(session, '$groupidentify', session ? own : { ...server, ...own }, { at, distinctId })
  }

  /** Signs up; answers whether what they saw makes them stay. */
  function signUp(session: Session, member: Member, anonymous: string, method: string): boolean {
    wait(session, 40)
    know(session, member)
    const set = {
      email: member.email,
      name: member.name,
      role: member.isOwner ? 'owner' : 'member',
      plan: member.company.plan?.name ?? 'free',
    }
    const setOnce = { signed_up_at: new Date(session.at).toISOString(), signup_method: method }
    happen(session, '$identify', { $anon_distinct_id: anonymous }, { set, setOnce, mergeFrom: anonymous })
    if (member.isOwner) tellCompany(session, member.company, session.at, member.distinctId)
    const inExperiment = session.at >= end - experimentDays * day
    const variant = variantOf(member)
    if (inExperiment) askFlag(session, flagKeys.experiment, variant)
    wait(session, 1)
    happen(session, 'signed_up', { method, plan: set.plan })
    wait(session, 2)
    look(session, '/app/home')
    const likely = member.isOwner ? 0.53 : 0.8
    return random.chance(inExperiment && variant === 'test' ? likely + 0.13 : likely)
  }

  function createDocument(session: Session): void {
    const template = random.weighted(templates)
    click(session, 'New document', 'button')
    wait(session, 3)
    look(session, `/app/documents/${random.hex(6)}`)
    happen(session, 'document_created', { template })
  }

  /** A stretch of work in the app. */
  function work(session: Session, member: Member, actions: number): void {
    look(session, '/app/home')
    const isNew = hasEditor(member)
    if (session.at >= end - 40 * day) {
      if (random.chance(0.25)) askFlag(session, flagKeys.editor, isNew)
      else session.facts[`$feature/${flagKeys.editor}`] = isNew
    }
    for (let done = 0; done < actions; done++) {
      wait(session, 70)
      const what = random.weighted(doings)
      if (what === 'edit') {
        if (!session.path.startsWith('/app/documents/')) {
          look(session, `/app/documents/${random.hex(6)}`)
          wait(session, 20)
        }
        happen(session, 'document_edited', { words: Math.ceil(random.exponential(isNew ? 150 : 120)) })
      } else if (what === 'create') createDocument(session)
      else if (what === 'comment')
        happen(session, 'comment_added', { length: Math.ceil(random.exponential(90)) })
      else if (what === 'share') {
        click(session, 'Share', 'button')
        happen(session, 'document_shared', {
          channel: random.weighted([
            ['link', 6],
            ['email', 3],
            ['slack', 2],
          ]),
        })
      } else if (what === 'search') {
        look(session, '/app/search')
        happen(session, 'search_performed', { results: random.chance(0.12) ? 0 : random.int(1, 40) })
      } else upload(session, member)
    }
  }
  const doings = [
    ['edit', 42],
    ['create', 9],
    ['comment', 16],
    ['share', 8],
    ['search', 15],
    ['upload', 10],
  ] as const

  /** Firefox has trouble with it; and for an afternoon everybody had. */
  function upload(session: Session, { device }: Member): void {
    const facts = {
      file_type: random.weighted(fileTypes),
      size_mb: Math.round(random.exponential(4) * 10) / 10,
    }
    const since = session.at - startOf(outageDay)
    const isOutage = since > 13 * hour && since < 19 * hour
    const fails = random.chance(isOutage ? 0.7 : device.browser === 'Firefox' ? 0.11 : 0.015)
    if (fails)
      happen(session, 'upload_failed', { ...facts, error: isOutage ? 'storage unavailable' : 'timed out' })
    else happen(session, 'file_uploaded', facts)
  }

  /** Comes back to work until they stop, which most who stop do early. */
  function keepWorking(member: Member, from: number, pace: number): void {
    const stays = random.weighted([
      ['weeks', member.isOwner ? 34 : 26],
      ['months', 26],
      ['on', 40],
    ] as const)
    const left =
      stays === 'on' ? Number.POSITIVE_INFINITY : random.exponential(stays === 'weeks' ? 9 * day : 32 * day)
    const until = Math.min(end, from + left)
    const eagerness = pace * random.logNormal(0.5)
    for (let dayStart = Math.floor(from / day) * day; dayStart < until; dayStart += day) {
      if (dayStart < start - day) continue
      if (!random.chance(Math.min(0.96, 0.42 * eagerness * workOn[weekday(dayStart)]!))) continue
      const times = random.chance(0.3) ? 2 : 1
      for (let time = 0; time < times; time++) {
        const at = momentOf(dayStart, member.country)
        if (at < from) continue
        const session = begin(member, at, '/app/home', false)
        know(session, member)
        work(session, member, 2 + Math.floor(random.exponential(3.2 * Math.sqrt(eagerness))))
      }
    }
  }

  /** What the product's own server tells of a company: invoices, and the end. */
  const server = { $lib: 'posthog-node', $is_server: true, $geoip_disable: true }
  function pay(owner: Member, from: number): void {
    const { company } = owner
    const { name: plan, perSeat } = company.plan!
    const amount = perSeat * company.seats
    const own = { ...server, plan, amount, currency: 'USD', $groups: { [groupType]: company.key } }
    for (let at = from; at < end; at += 30 * day) {
      happen(null, 'invoice_paid', { ...own }, { at, distinctId: owner.distinctId })
      if (!random.chance(0.055)) continue
      const gone = at + random.next() * 28 * day
      company.plan = null
      company.facts.plan = 'free'
      const reason = random.weighted([
        ['too expensive', 4],
        ['missing features', 3],
        ['moved to another tool', 3],
        ['project ended', 2],
      ] as const)
      happen(
        null,
        'subscription_cancelled',
        { ...own, reason },
        { at: gone, distinctId: owner.distinctId, set: { plan: 'free' } },
      )
      tellCompany(null, company, gone, owner.distinctId)
      return
    }
  }

  /** After the trial: the larger the team, the likelier it pays. */
  function maySubscribe(owner: Member, signedUp: number): void {
    const { company, country } = owner
    const likely = (company.seats <= 1 ? 0.13 : company.seats <= 4 ? 0.33 : 0.52) * country.keenness
    const at = momentOf(
      Math.floor(signedUp / day) * day + Math.round(3 + random.exponential(9)) * day,
      country,
    )
    if (at >= end || at < signedUp) return
    const session = begin(owner, at, '/app/home', false)
    know(session, owner)
    work(session, owner, 2)
    if (!random.chance(Math.min(1, likely * 1.7))) return
    wait(session, 30)
    click(session, 'Upgrade', 'button')
    happen(session, 'upgrade_clicked', { from: 'trial banner' })
    wait(session, 2)
    look(session, '/app/billing')
    if (!random.chance(0.59)) return
    wait(session, 60)
    const plan = company.seats > 4 && random.chance(0.6) ? plans.business : plans.team
    company.plan = plan
    company.facts.plan = plan.name
    const billing = random.chance(0.3) ? 'yearly' : 'monthly'
    happen(
      session,
      'subscription_started',
      {
        plan: plan.name,
        seats: company.seats,
        billing_period: billing,
        amount: plan.perSeat * company.seats,
      },
      { set: { plan: plan.name } },
    )
    tellCompany(session, company, session.at, owner.distinctId)
    pay(owner, session.at + minute)
  }

  /** Colleagues come by invitation, most of them soon. */
  function bringColleagues(owner: Member, count: number, signedUp: number): void {
    for (let one = 0; one < count; one++) {
      const at = momentOf(
        Math.floor(signedUp / day) * day + Math.floor(random.exponential(5)) * day,
        owner.country,
      )
      const invited = Math.max(at, signedUp + hour)
      const asking = begin(owner, invited, '/app/settings/members', false)
      know(asking, owner)
      happen(asking, 'member_invited', { role: 'member' })
      const anonymous = { ...newPerson(invitation, workDevices), country: owner.country, city: owner.city }
      const session = begin(anonymous, invited + random.exponential(10) * hour, '/invite', true)
      look(session, '/invite')
      const member = named(anonymous, owner.company, false)
      const joined = session.at
      if (!signUp(session, member, anonymous.distinctId, 'invite')) continue
      createDocument(session)
      work(session, member, 3)
      keepWorking(member, joined + 12 * hour, 0.85)
    }
  }
  const invitation: Source = { referrer: '$direct', utm: {}, keenness: 1, landings: [] }

  /** Somebody who comes by and mostly goes. */
  function visitor(room: number): void {
    const { at, isOfLaunch } = arrival()
    const source = isOfLaunch ? productHunt : random.weighted(sources)
    const anonymous = newPerson(source)
    const { keenness } = anonymous.device
    const willSignUp = random.chance(0.185 * keenness * source.keenness * anonymous.country.keenness)
    const session = visits(anonymous, at, willSignUp)
    if (!willSignUp) {
      if (random.chance(0.1 * keenness)) toSignUp(session)
      return
    }
    toSignUp(session)
    const seats = Math.min(
      room,
      random.weighted([
        [1, 56],
        [random.int(2, 4), 27],
        [random.int(5, 12), 14],
        [random.int(13, 30), 3],
      ]),
    )
    const company = newCompany(anonymous.country, seats)
    const owner = named(
      { ...anonymous, device: keenness < 1 ? random.weighted(workDevices) : anonymous.device },
      company,
      true,
    )
    const signedUp = session.at
    // in the first session they sit where they came from
    if (
      !signUp(
        session,
        owner,
        anonymous.distinctId,
        random.weighted([
          ['google', 5],
          ['email', 4],
          ['microsoft', 2],
        ]),
      )
    ) {
      return
    }
    wait(session, 45)
    createDocument(session)
    work(session, owner, 3)
    keepWorking(owner, signedUp + 12 * hour, 1)
    if (seats > 1) bringColleagues(owner, seats - 1, signedUp)
    maySubscribe(owner, signedUp)
  }

  /** A team that was there before the story begins. */
  function oldTeam(room: number): void {
    const seats = Math.min(
      room,
      random.weighted([
        [1, 30],
        [random.int(2, 4), 32],
        [random.int(5, 12), 26],
        [random.int(13, 30), 12],
      ]),
    )
    const first = newPerson(random.weighted(sources), workDevices)
    const company = newCompany(first.country, seats)
    if (random.chance(seats > 1 ? 0.75 : 0.45))
      company.plan = seats > 4 && random.chance(0.6) ? plans.business : plans.team
    const plan = company.plan?.name ?? 'free'
    company.facts.plan = plan
    let owner!: Member
    for (let one = 0; one < seats; one++) {
      const person =
        one === 0
          ? first
          : { ...newPerson(invitation, workDevices), country: first.country, city: first.city }
      const member = named(person, company, one === 0)
      const session = begin(
        member,
        momentOf(startOf(days - 2) + Math.floor(random.exponential(2)) * day, member.country),
        '/login',
        false,
      )
      look(session, '/login')
      know(session, member)
      const set = {
        email: member.email,
        name: member.name,
        role: member.isOwner ? 'owner' : 'member',
        plan,
      }
      happen(
        session,
        '$identify',
        { $anon_distinct_id: person.distinctId },
        { set, mergeFrom: person.distinctId },
      )
      if (one === 0) tellCompany(session, company, session.at, member.distinctId)
      wait(session, 1)
      work(session, member, 3)
      keepWorking(member, session.at + 12 * hour, 1.25)
      if (one === 0) owner = member
    }
    if (company.plan) pay(owner, startOf(days - 2) + random.next() * 28 * day)
  }

  return {
    /**
     * What so many people do, unit by unit: one visitor, or a whole company with its members. In the order of time
     * within a unit.
     */
    *units(people: number): Generator<Happening[]> {
      for (let left = people; left > 0; ) {
        told = []
        if (random.chance(0.0135)) oldTeam(left)
        else visitor(left)
        // whoever would come after the end is nobody yet
        left -= peopleIn(told)
        if (told.length) yield told.sort((one, other) => one.at - other.at)
      }
    },
  }
}

/** Each `$identify` says that two ids are one person's. */
function peopleIn(told: readonly Happening[]): number {
  const ids = new Set<string>()
  let merges = 0
  for (const { distinctId, mergeFrom } of told) {
    ids.add(distinctId)
    if (mergeFrom === null) continue
    ids.add(mergeFrom)
    merges++
  }
  return ids.size - merges
}
