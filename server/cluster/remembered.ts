// Where the other peers were last seen, kept in the data folder: a peer that was told of nobody, because it was the first
// of all, finds them again after a restart. Others do not look for one that left.

import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { MAX_ADDRESS_CHARS } from './swim/limits.ts'

/** Any one of them knows all others. */
const MAX_REMEMBERED = 16

const fileSchema = z.array(z.string().max(MAX_ADDRESS_CHARS)).max(MAX_REMEMBERED)

export class RememberedPeers {
  readonly #path: string
  #addresses: readonly string[]

  constructor(folder: string) {
    this.#path = join(folder, 'peer.others')
    this.#addresses = read(this.#path)
  }

  /** `host:port` of each. */
  get addresses(): readonly string[] {
    return this.#addresses
  }

  /** Takes the place of what was remembered; nobody at all does not, since that is what must not be forgotten. */
  remember(addresses: readonly string[]): void {
    const next = [...new Set(addresses)].toSorted().slice(0, MAX_REMEMBERED)
    if (next.length === 0 || next.join() === this.#addresses.join()) return
    this.#addresses = next
    writeFileSync(`${this.#path}.new`, JSON.stringify(next), { mode: 0o600 })
    renameSync(`${this.#path}.new`, this.#path)
  }
}

/** A damaged file is none: it is written anew when somebody is met. */
function read(path: string): readonly string[] {
  try {
    return fileSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return []
  }
}
