// The stories of peers for the cluster page: read from the audit when somebody asks, and kept until an entry about the
// peer is appended.

import type { PeerEvent } from '#protocol/api/peers.ts'
import type { Clock } from '../clock.ts'
import { storyOf } from '../cluster/story.ts'
import type { Log } from '../log.ts'
import type { Records } from '../records/records.ts'

/** Entries about a peer that are read: each event is told by every other peer, so some ten events among ten peers. */
const ENTRIES = 100
/** Stories that are kept: as many peers as a cluster may have. */
const MAX_STORIES = 500

export class Chronicle {
  readonly #records: Pick<Records, 'read' | 'tail'>
  readonly #clock: Pick<Clock, 'nowMs'>
  readonly #stories = new Map<string, Promise<readonly PeerEvent[]>>()
  readonly #closed = new AbortController()
  readonly #following: Promise<void>
  #isFollowing = true

  constructor(records: Pick<Records, 'read' | 'tail'>, clock: Pick<Clock, 'nowMs'>, log: Log) {
    this.#clock = clock
    this.#records = records
    this.#following = this.#follow().catch((err: unknown) => {
      this.#isFollowing = false
      log.warn({ err }, 'the stories of peers are read anew each time')
    })
  }

  /** Rejects with the codes of a store. */
  async of(peer: string): Promise<readonly PeerEvent[]> {
    const known = this.#stories.get(peer)
    if (known && this.#isFollowing) return known
    const story = this.#read(peer)
    if (this.#stories.size >= MAX_STORIES) this.#stories.clear()
    this.#stories.set(peer, story)
    story.catch(() => this.#stories.delete(peer))
    return story
  }

  async close(): Promise<void> {
    this.#closed.abort()
    await this.#following
  }

  async #read(peer: string): Promise<readonly PeerEvent[]> {
    const entries = await this.#records.read('audit', { subject: peer, limit: ENTRIES })
    return storyOf(entries, this.#clock.nowMs())
  }

  async #follow(): Promise<void> {
    const { signal } = this.#closed
    for await (const { subject, body } of this.#records.tail('audit', { signal })) {
      if (body.target?.kind === 'peer') this.#stories.delete(subject)
    }
  }
}
