// The kernel's table of TCP sockets as text, and what of it is worth showing: the ports that something listens on.
// Format: Documentation/networking/proc_net_tcp.rst of the kernel.

export interface Listener {
  readonly port: number
  readonly address: string
  /** Of the socket; leads to the process that holds it. */
  readonly inode: string
}

/** As many as one report may carry (protocol/report.ts). */
export const MAX_LISTENERS = 200

const LISTEN = '0A'
/** Docker's name server sits here in every container on a network of its own; nobody wants to open it. */
const DOCKER_RESOLVER = '127.0.0.11'

/** Listening sockets of one /proc/net/tcp or /proc/net/tcp6. Lines that make no sense are skipped. */
export function parseTable(text: string): Listener[] {
  const found: Listener[] = []
  for (const line of text.split('\n')) {
    const [, local, , state, , , , , , inode] = line.trim().split(/\s+/)
    if (state !== LISTEN || !local || !inode) continue
    const [hex = '', port = ''] = local.split(':')
    const address = parseAddress(hex)
    if (address !== undefined) found.push({ port: Number.parseInt(port, 16), address, inode })
  }
  return found
}

/** One listener a port, the most reachable one, in order of ports. */
export function pickListeners(all: readonly Listener[]): Listener[] {
  const byPort = new Map<number, Listener>()
  for (const listener of all) {
    if (listener.address === DOCKER_RESOLVER || !(listener.port > 0)) continue
    const known = byPort.get(listener.port)
    if (!known || reach(listener.address) > reach(known.address)) {
      byPort.set(listener.port, listener)
    }
  }
  return [...byPort.values()].sort((a, b) => a.port - b.port).slice(0, MAX_LISTENERS)
}

/** The kernel prints each 32-bit word in the machine's byte order, which is little-endian on x64 and arm64. */
function parseAddress(hex: string): string | undefined {
  if (!/^([0-9A-F]{8}|[0-9A-F]{32})$/.test(hex)) return undefined
  const bytes = Buffer.from(hex, 'hex')
  bytes.swap32()
  if (bytes.length === 4) return [...bytes].join('.')
  const mapped = bytes.subarray(0, 12).toString('hex') === '00000000000000000000ffff'
  if (mapped) return [...bytes.subarray(12)].join('.')
  const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(i * 2).toString(16))
  return shorten(groups.join(':'))
}

function shorten(address: string): string {
  const zeros = address.match(/(^|:)0(:0)+(?=:|$)/g)?.sort((a, b) => b.length - a.length)[0]
  if (zeros === undefined) return address
  const at = address.indexOf(zeros)
  return `${address.slice(0, at)}::${address.slice(at + zeros.length + 1)}`
}

function reach(address: string): number {
  if (address === '0.0.0.0' || address === '::') return 2
  return address.startsWith('127.') || address === '::1' ? 0 : 1
}
