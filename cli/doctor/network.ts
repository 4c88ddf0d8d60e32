// The network: the address to listen at, and whether the spaces' subnets are free on this machine.

import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { isLoopback } from '../../server/config/config.ts'
import type { Address } from '../../server/config/schemas.ts'
import { type Finding, fail, ok, warn } from './finding.ts'

/** `isOurs`: the server of the same data folder runs, so the address is rightly in use. */
export async function checkListen(listen: Address, isOurs: boolean): Promise<Finding> {
  const name = `${listen.host}:${listen.port}`
  if (isOurs) return ok('address', `${name} is this server’s`)
  const problem = await tryListening(listen)
  if (problem === undefined) return ok('address', `${name} is free`)
  if (problem === 'EADDRINUSE') {
    const advice = `See what listens with: ss -ltnp 'sport = :${listen.port}'; or give another --listen.`
    return fail('address', `${name} is in use`, advice)
  }
  return fail('address', `${name} cannot be listened at (${problem})`, 'Give another --listen.')
}

function tryListening({ host, port }: Address): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen({ host, port }, () => server.close(() => resolve(undefined)))
  })
}

export function checkExposure(listen: Address, publicUrl: string | undefined): Finding {
  if (isLoopback(listen.host)) return ok('https', 'Skein listens on this machine only')
  const advice = 'Put a proxy with HTTPS in front of it, and let Skein listen on 127.0.0.1.'
  if (publicUrl?.startsWith('https:')) {
    return warn('https', 'HTTPS by a proxy, and plain HTTP beside it', advice)
  }
  return warn('https', 'Passwords and terminals can be read on the way', advice)
}

interface Range {
  readonly base: number
  readonly bits: number
}

/** `routes` is the text of /proc/net/route. Skein skips what is routed, so an overlap only costs subnets. */
export function checkSubnets(
  ranges: readonly string[],
  routes = readFileSync('/proc/net/route', 'utf8'),
): Finding {
  const routed = parseRoutes(routes)
  const covered = ranges.filter((text) => {
    const range = parseRange(text)
    // A route that is wholly inside is a space's own network, or another's that is skipped.
    return routed.some((route) => route.bits <= range.bits && contains(route, range))
  })
  const list = ranges.join(', ')
  if (covered.length === 0) return ok('subnets', `${list} free for spaces`)
  const advice = 'Give a range that this machine does not use with --spaces-subnets.'
  return fail('subnets', `${covered.join(', ')} is routed elsewhere by this machine`, advice)
}

function parseRange(text: string): Range {
  const [ip = '', bits = '32'] = text.split('/')
  const base = ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
  return { base, bits: Number(bits) }
}

/** Destination and mask are little-endian hexadecimal; the default route covers everything and does not count. */
export function parseRoutes(text: string): readonly Range[] {
  const rows = text.trim().split('\n').slice(1)
  const ranges = rows.map((row) => {
    const fields = row.trim().split(/\s+/)
    return { base: littleEndian(fields[1]), bits: countBits(littleEndian(fields[7])) }
  })
  return ranges.filter(({ bits }) => bits > 0)
}

const littleEndian = (hex = '0'): number => Buffer.from(hex, 'hex').readUInt32LE()

function countBits(mask: number): number {
  return mask.toString(2).replaceAll('0', '').length
}

function contains(outer: Range, inner: Range): boolean {
  const size = 2 ** (32 - outer.bits)
  return Math.floor(outer.base / size) === Math.floor(inner.base / size)
}
