/** What the machine must be. Plain enough for a Node that is too old to run the rest. */
export type Machine = {
  nodeVersion: string
  platform: string
  arch: string
  /** The C library's version where it is glibc; undefined on musl. Only Linux is asked. */
  glibc: string | undefined
}

const supported =
  'Hedgerow runs on Linux with glibc (Debian, Ubuntu, Fedora, …) and on macOS, on x64 and arm64'

/** Why the program can't run here, as a sentence with what to do; null when it can. */
export function platformProblem({ nodeVersion, platform, arch, glibc }: Machine): string | null {
  const [major = 0, minor = 0] = nodeVersion.replace(/^v/, '').split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 20)) {
    return `Node.js ${nodeVersion} is too old: Hedgerow needs 20.20 or later. Install a newer one from https://nodejs.org/.`
  }
  if (platform === 'win32') return `${supported}, not on Windows. Use WSL 2 or a container.`
  if (platform !== 'linux' && platform !== 'darwin') return `${supported}, not on ${platform}.`
  if (arch !== 'x64' && arch !== 'arm64') return `${supported}, not on ${arch}.`
  if (platform === 'linux' && glibc === undefined) {
    return `${supported}; this is a Linux with another C library (Alpine's musl, perhaps). Use a Debian-based image.`
  }
  return null
}

/** The machine that this process runs on. */
export function thisMachine(): Machine {
  const report = process.platform === 'linux' ? (process.report?.getReport() as unknown) : undefined
  const header = (report as { header?: { glibcVersionRuntime?: string } } | undefined)?.header
  return {
    nodeVersion: process.version,
    platform: process.platform,
    arch: process.arch,
    glibc: header?.glibcVersionRuntime,
  }
}
