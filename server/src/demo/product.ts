/** What the demo is about: Quillwort, shared documents for teams. It does not exist, and neither does anybody in it. */

export const host = 'quillwort.example'
export const days = 91
/** How many days before the end the things of the story happen. */
export const launchDay = 47
export const outageDay = 12
export const experimentDays = 24
export const groupType = 'organization'
/** Property keys of flags are `$feature/<key>`. */
export const flagKeys = { experiment: 'onboarding-checklist', editor: 'new-editor' } as const
export const editorRollout = 0.4

export type Country = {
  code: string
  name: string
  cities: readonly string[]
  /** Hours before UTC. */
  offset: number
  /** How readily people there sign up and pay, against the average. */
  keenness: number
}

/** With how many of a hundred people live there. */
export const countries: readonly (readonly [Country, number])[] = [
  [country('US', 'United States', ['New York', 'Chicago', 'Austin', 'Denver', 'Seattle'], -5, 1.15), 34],
  [country('GB', 'United Kingdom', ['London', 'Leeds', 'Bristol', 'Glasgow'], 0, 1.1), 12],
  [country('DE', 'Germany', ['Berlin', 'Hamburg', 'Munich', 'Leipzig'], 1, 1.05), 11],
  [country('IN', 'India', ['Bengaluru', 'Mumbai', 'Pune', 'Delhi'], 5.5, 0.6), 11],
  [country('FR', 'France', ['Paris', 'Lyon', 'Nantes'], 1, 0.9), 7],
  [country('CA', 'Canada', ['Toronto', 'Montreal', 'Vancouver'], -5, 1.1), 6],
  [country('BR', 'Brazil', ['São Paulo', 'Curitiba', 'Recife'], -3, 0.65), 6],
  [country('NL', 'Netherlands', ['Amsterdam', 'Utrecht'], 1, 1.2), 5],
  [country('AU', 'Australia', ['Sydney', 'Melbourne'], 10, 1.05), 4],
  [country('JP', 'Japan', ['Tokyo', 'Osaka'], 9, 0.7), 4],
]

function country(
  code: string,
  name: string,
  cities: readonly string[],
  offset: number,
  keenness: number,
): Country {
  return { code, name, cities, offset, keenness }
}

export type Source = {
  referrer: string
  utm: Readonly<Record<string, string>>
  keenness: number
  /** Where people arrive. */
  landings: readonly (readonly [string, number])[]
}

const source = (
  referrer: string,
  keenness: number,
  landings: Source['landings'],
  utm: Source['utm'] = {},
): Source => ({ referrer, utm, keenness, landings })

const blog = [
  '/blog/meeting-notes-that-get-read',
  '/blog/why-we-write-things-down',
  '/blog/a-guide-to-team-wikis',
  '/blog/async-work-in-practice',
] as const
const posts = blog.map((path, at) => [path, 8 - at] as const)

/** The spike of the launch comes from it. */
export const productHunt = source(
  'https://www.producthunt.com/',
  1.35,
  [
    ['/', 8],
    ['/pricing', 2],
  ],
  { utm_source: 'producthunt', utm_campaign: 'launch' },
)

export const sources: readonly (readonly [Source, number])[] = [
  [source('https://www.google.com/', 0.95, [...posts, ['/', 14], ['/features', 6], ['/docs', 5]]), 42],
  [
    source('$direct', 1.3, [
      ['/', 10],
      ['/pricing', 3],
    ]),
    27,
  ],
  [
    source(
      'https://www.linkedin.com/',
      1.05,
      [
        ['/', 4],
        [blog[1], 5],
        [blog[3], 4],
      ],
      { utm_source: 'linkedin', utm_medium: 'social' },
    ),
    8,
  ],
  [
    source(
      'https://t.co/',
      0.5,
      [
        [blog[0], 5],
        ['/', 3],
      ],
      { utm_source: 'twitter', utm_medium: 'social' },
    ),
    8,
  ],
  [
    source(
      '$direct',
      1.45,
      [
        [blog[2], 4],
        ['/features', 3],
      ],
      { utm_source: 'newsletter', utm_medium: 'email', utm_campaign: 'monthly' },
    ),
    7,
  ],
  [
    source('https://github.com/', 1.2, [
      ['/docs', 5],
      ['/', 3],
    ]),
    5,
  ],
  [productHunt, 3],
]

export type Device = {
  type: 'Desktop' | 'Mobile' | 'Tablet'
  os: string
  browser: string
  version: number
  keenness: number
}

const device = (type: Device['type'], os: string, browser: string, version: number): Device => ({
  type,
  os,
  browser,
  version,
  keenness: { Desktop: 1.25, Tablet: 0.7, Mobile: 0.42 }[type],
})

export const devices: readonly (readonly [Device, number])[] = [
  [device('Desktop', 'Windows', 'Chrome', 131), 26],
  [device('Desktop', 'Mac OS X', 'Chrome', 131), 18],
  [device('Desktop', 'Mac OS X', 'Safari', 18), 9],
  [device('Desktop', 'Windows', 'Microsoft Edge', 131), 8],
  [device('Desktop', 'Windows', 'Firefox', 133), 6],
  [device('Desktop', 'Linux', 'Firefox', 133), 3],
  [device('Mobile', 'iOS', 'Mobile Safari', 18), 15],
  [device('Mobile', 'Android', 'Chrome', 131), 12],
  [device('Tablet', 'iOS', 'Mobile Safari', 18), 3],
]
/** What people work with: whoever came by phone signs in at a desk later. */
export const workDevices = devices.filter(([{ type }]) => type === 'Desktop')

/** Where each page of the site leads, with what the link says. */
export const links: Readonly<Record<string, readonly (readonly [readonly [string, string], number])[]>> = {
  '/': [
    [['/features', 'Features'], 34],
    [['/pricing', 'Pricing'], 38],
    [['/customers', 'Customers'], 12],
    [['/docs', 'Docs'], 8],
    [[blog[0], 'Blog'], 8],
  ],
  '/features': [
    [['/pricing', 'See pricing'], 55],
    [['/customers', 'Customers'], 20],
    [['/docs', 'Docs'], 15],
    [['/', 'Quillwort'], 10],
  ],
  '/pricing': [
    [['/features', 'Compare plans'], 45],
    [['/customers', 'Customers'], 25],
    [['/', 'Quillwort'], 30],
  ],
  '/customers': [
    [['/pricing', 'Pricing'], 60],
    [['/features', 'Features'], 40],
  ],
  '/docs': [
    [['/docs/getting-started', 'Getting started'], 50],
    [['/docs/import', 'Import your documents'], 25],
    [['/pricing', 'Pricing'], 25],
  ],
  '/blog': [
    [['/', 'Quillwort'], 45],
    [[blog[1], 'Read next'], 30],
    [['/features', 'Features'], 25],
  ],
}
export const linksOf = (path: string) => links[path] ?? links[path.startsWith('/blog') ? '/blog' : '/docs']!

export const industries = [
  'Software',
  'Education',
  'Agency',
  'Health',
  'Finance',
  'Retail',
  'Non-profit',
] as const
export const companyNames = {
  first: [
    'Amber',
    'Birch',
    'Copper',
    'Delta',
    'Ember',
    'Fjord',
    'Granite',
    'Harbor',
    'Indigo',
    'Juniper',
    'Kestrel',
    'Lumen',
    'Maple',
    'Nimbus',
    'Orchard',
    'Prism',
    'Quartz',
    'River',
    'Summit',
    'Tundra',
  ],
  second: [
    'Labs',
    'Studio',
    'Works',
    'Health',
    'Logistics',
    'Partners',
    'Media',
    'Systems',
    'Foods',
    'Learning',
    'Energy',
    'Collective',
  ],
} as const
export const peopleNames = {
  first: [
    'Ada',
    'Ben',
    'Chloé',
    'Daniel',
    'Elif',
    'Felix',
    'Grace',
    'Hiro',
    'Ines',
    'Jonas',
    'Kavya',
    'Liam',
    'Maya',
    'Noah',
    'Olga',
    'Priya',
    'Quinn',
    'Rafael',
    'Sofia',
    'Tom',
    'Uma',
    'Victor',
    'Wanda',
    'Yusuf',
    'Zoe',
  ],
  last: [
    'Adler',
    'Bauer',
    'Costa',
    'Dubois',
    'Evans',
    'Fischer',
    'Garcia',
    'Hughes',
    'Ito',
    'Jansen',
    'Kaur',
    'Lopez',
    'Miller',
    'Novak',
    'Okafor',
    'Patel',
    'Rossi',
    'Silva',
    'Tanaka',
    'Weber',
  ],
} as const

export type Plan = { name: 'team' | 'business'; perSeat: number }
export const plans = {
  team: { name: 'team', perSeat: 8 },
  business: { name: 'business', perSeat: 15 },
} as const
export const templates = [
  ['blank', 40],
  ['meeting notes', 25],
  ['project brief', 15],
  ['weekly report', 12],
  ['onboarding guide', 8],
] as const
export const fileTypes = [
  ['image', 55],
  ['pdf', 25],
  ['spreadsheet', 14],
  ['video', 6],
] as const
