// What this machine routes already, read from the kernel. For an engine on another machine nobody knows; Docker then
// refuses what overlaps, and the next subnet is tried.

import { readFile } from 'node:fs/promises'
import { parseRoutes, type Range } from './subnets.ts'

/** Empty where there is no such table. */
export async function readRoutes(): Promise<readonly Range[]> {
  try {
    return parseRoutes(await readFile('/proc/net/route', 'utf8'))
  } catch {
    return []
  }
}
