// When a key or token was last used, to the hour: a script that asks every second shall not make every peer write and
// replicate every second.

import type { SshKeyId, TokenId } from '#protocol/ids.ts'
import type { Clock } from '../clock.ts'
import type { Change, Records } from '../records/records.ts'

/** At most one write in this time for each key and token. */
export const USE_EVERY_MS = 60 * 60 * 1000

type Used = { kind: 'sshKey'; id: SshKeyId } | { kind: 'token'; id: TokenId }

export class LastUse {
  readonly #records: Records
  readonly #clock: Clock
  /** Being written: a burst of requests is one write. */
  readonly #writing = new Set<string>()

  constructor({ records, clock }: { readonly records: Records; readonly clock: Clock }) {
    this.#records = records
    this.#clock = clock
  }

  /** Not waited for: a full disk must not keep anybody out. What could not be written is at the next use. */
  note(used: Used): void {
    const at = this.#clock.nowMs()
    const last = this.#records.get(used.kind, used.id)?.groups.used?.at ?? Number.NEGATIVE_INFINITY
    if (at - last < USE_EVERY_MS || this.#writing.has(used.id)) return
    this.#writing.add(used.id)
    const unwritten = (): void => undefined
    this.#write(used, at)
      .catch(unwritten)
      .finally(() => this.#writing.delete(used.id))
  }

  #write({ kind, id }: Used, at: number): Promise<void> {
    return this.#records.transact((view) => {
      const value = { at }
      const change: Change =
        kind === 'token'
          ? { op: 'set', kind, id, group: 'used', value }
          : { op: 'set', kind, id: id as SshKeyId, group: 'used', value }
      // It may have been revoked meanwhile.
      return { changes: view.get(kind, id) ? [change] : [], result: undefined }
    })
  }
}
