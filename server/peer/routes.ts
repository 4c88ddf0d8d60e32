// What this machine routes already, so that no space's network takes it away.

import { readFile } from 'node:fs/promises'
import type { Range } from '../spaces/runtime/subnets.ts'

/** Empty where there is no such file, e.g. in a container without a network. */
export async function readRoutes(): Promise<readonly Range[]> {
  return parseRoutes(await readFile('/proc/net/route', 'utf8').catch(() => ''))
}

/**
 * The table of /proc/net/route: destination and mask in hexadecimal as the machine's memory has them, so in
 * little-endian order. The default route covers everything and does not count.
 */
export function parseRoutes(table: string): readonly Range[] {
  const rows = table.trim().split('\n').slice(1)
  return rows.flatMap((row) => {
    const fields = row.trim().split(/\s+/)
    const first = littleEndian(fields[1])
    const mask = littleEndian(fields[7])
    return mask === 0 ? [] : [{ first, last: first + (2 ** 32 - 1 - mask) }]
  })
}

const littleEndian = (hex = '00000000'): number => Buffer.from(hex, 'hex').readUInt32LE()
