// Addresses at which a peer looks for the others: as given, every address behind a DNS name, and every target of an SRV
// record. Asked again each time, since names move.

import { lookup, resolveSrv } from 'node:dns/promises'
import { isIP } from 'node:net'
import { splitAddress } from './wire/datagrams.ts'

const SRV = 'srv:'
/** Addresses that one name may stand for. */
const MAX_PER_NAME = 32

/** What the names stand for now; one that stands for nothing is left out. Never rejects. */
export async function resolveSeeds(seeds: readonly string[]): Promise<string[]> {
  const found = await Promise.all(seeds.map((seed) => resolveSeed(seed).catch(() => [])))
  return [...new Set(found.flat())]
}

async function resolveSeed(seed: string): Promise<string[]> {
  if (seed.startsWith(SRV)) {
    const targets = await resolveSrv(seed.slice(SRV.length))
    return targets.slice(0, MAX_PER_NAME).map(({ name, port }) => `${name}:${port}`)
  }
  const { host, port } = splitAddress(seed)
  if (isIP(host)) return [seed]
  const addresses = await lookup(host, { all: true })
  return addresses
    .slice(0, MAX_PER_NAME)
    .map(({ address, family }) => `${family === 6 ? `[${address}]` : address}:${port}`)
}
