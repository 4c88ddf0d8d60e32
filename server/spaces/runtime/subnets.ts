// Which /28 a space's network gets. Docker's own pools hold 28 networks in all, so we choose the subnet ourselves
// and leave out what the host routes already and what other networks use. Pure: callers read routes and networks.

/** 16 addresses: the network's, the gateway's, the broadcast's, and 13 containers. */
export const SUBNET_PREFIX_BITS = 28
export const DEFAULT_SUBNETS = '10.213.0.0/16'

/** An IPv4 range, both ends included, as unsigned 32-bit numbers. */
export interface Range {
  readonly first: number
  readonly last: number
}

/** Reads `10.213.0.0/16`; undefined when it is not an IPv4 network. */
export function parseSubnet(text: string): Range | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text)
  if (match === null) return undefined
  const [a = 0, b = 0, c = 0, d = 0, bits = 0] = match.slice(1).map(Number)
  if ([a, b, c, d].some((byte) => byte > 255) || bits > 32) return undefined
  const size = 2 ** (32 - bits)
  const address = ((a * 256 + b) * 256 + c) * 256 + d
  const first = Math.floor(address / size) * size
  return { first, last: first + size - 1 }
}

function formatSubnet(first: number): string {
  const bytes = [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256)
  return `${bytes.join('.')}/${SUBNET_PREFIX_BITS}`
}

/** The first host address of a subnet, which Docker gives to the bridge. */
export function gatewayOf(subnet: string): string | undefined {
  const range = parseSubnet(subnet)
  return range === undefined ? undefined : formatSubnet(range.first + 1).replace(/\/.*$/, '')
}

/** The lowest /28 in `pool` that overlaps nothing in `taken`, or undefined when none is left. */
export function allocateSubnet(pool: string, taken: readonly Range[]): string | undefined {
  const range = parseSubnet(pool)
  if (range === undefined) return undefined
  const size = 2 ** (32 - SUBNET_PREFIX_BITS)
  const used = [...taken].sort((a, b) => a.first - b.first)
  let candidate = range.first
  for (const { first, last } of used) {
    if (last < candidate) continue
    if (first > candidate + size - 1) break
    candidate = Math.ceil((last + 1) / size) * size
  }
  return candidate + size - 1 <= range.last ? formatSubnet(candidate) : undefined
}
