// The address at which other peers reach this one.

import type { networkInterfaces } from 'node:os'
import type { Address } from '../config/schemas.ts'

/**
 * As told, else where it listens. Who listens everywhere names its first address that others can reach; behind NAT that
 * is the wrong one, and `--advertise` says the right one.
 */
export function advertisedAddress(
  listen: Address,
  advertise: Address | undefined,
  interfaces: ReturnType<typeof networkInterfaces>,
): string {
  const { host, port } = advertise ?? listen
  const isEverywhere = host === '0.0.0.0' || host === '::'
  return formatAddress(
    isEverywhere ? (firstAddress(interfaces) ?? '127.0.0.1') : host,
    port || listen.port,
  )
}

export const formatAddress = (host: string, port: number): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`

function firstAddress(interfaces: ReturnType<typeof networkInterfaces>): string | undefined {
  const all = Object.entries(interfaces).flatMap(([name, addresses = []]) =>
    addresses.map((address) => ({ name, ...address })),
  )
  const outward = all.filter(({ internal, name }) => !internal && !/^(docker|br-|veth)/.test(name))
  return (outward.find(({ family }) => family === 'IPv4') ?? outward[0])?.address
}
