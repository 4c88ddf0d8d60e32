// What an archive brought, remembered in 16 bytes an entry, so that the volume can be read back and compared.

import { createHash } from 'node:crypto'
import { SkeinError } from '#protocol/errors.ts'
import type { Entry } from './tar-watch.ts'

/** About 200 MB of the peer's memory while it compares. */
const MAX_ENTRIES = 2_000_000

export class Inventory {
  /** By a hash of the name, a hash of the rest. */
  readonly #entries = new Map<bigint, bigint>()
  /** Names that are hard links of one another: which of them comes as the file depends on who reads. */
  readonly #linked = new Set<bigint>()
  #found = 0

  /** Throws `too_large`. */
  add(entry: Entry): void {
    if (this.#entries.size >= MAX_ENTRIES) {
      throw new SkeinError('too_large', { thing: 'archive', limit: `${MAX_ENTRIES} entries` })
    }
    const name = hash(entry.name)
    if (entry.type === 'link') this.#linked.add(name).add(hash(entry.target))
    // A later entry of one name replaces the earlier.
    this.#entries.set(name, restOf(entry))
  }

  /** Throws `volume_unverified` when the volume has it otherwise. What the archive did not bring is passed over. */
  check(entry: Entry): void {
    const name = hash(entry.name)
    const wanted = this.#entries.get(name)
    if (wanted === undefined) return
    const isLinked = entry.type === 'link' || this.#linked.has(name)
    if (!isLinked && wanted !== restOf(entry)) {
      throw new SkeinError('volume_unverified', { reason: `${entry.name || 'its top'} differs` })
    }
    this.#found++
  }

  /** Throws `volume_unverified` when something was not there. */
  finish(): void {
    const missing = this.#entries.size - this.#found
    if (missing > 0) throw new SkeinError('volume_unverified', { reason: `${missing} are missing` })
  }
}

function restOf({ type, target, mode, uid, gid, sizeBytes, sha256 }: Entry): bigint {
  const content = sha256?.toString('hex') ?? ''
  // Links have no mode of their own: some archives say 0777, some 0.
  const own = type === 'symlink' ? '' : mode
  return hash(JSON.stringify([type, target, own, uid, gid, sizeBytes, content]))
}

const hash = (text: string): bigint =>
  createHash('sha256').update(text, 'latin1').digest().readBigUInt64BE()
