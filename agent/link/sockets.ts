// An address that stands for every socket in a folder, `unix:/…/*.sock`: one for each peer on this machine. Which there
// are is looked up at each dial, since peers come and go.

import { readdir } from 'node:fs/promises'
import path from 'node:path'

/** Of peers on one machine, dead ones' sockets among them. */
const MAX_SOCKETS = 64
const EVERY = '/*.sock'

export const isFolder = (address: string): boolean =>
  address.startsWith('unix:/') && address.endsWith(EVERY)

/** Rejects with ENOENT when there is no such folder. */
export async function socketsIn(address: string): Promise<readonly string[]> {
  const folder = address.slice('unix:'.length, -EVERY.length)
  const names = await readdir(folder)
  const sockets = names.filter((name) => name.endsWith('.sock')).slice(0, MAX_SOCKETS)
  return sockets.map((name) => `unix:${path.join(folder, name)}`)
}
