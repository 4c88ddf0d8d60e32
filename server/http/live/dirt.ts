// Watches records and live values and collects what changed, so that a burst of a hundred changes is one message a
// tab: a window opens with the first change and is emptied when it ends.

import type { HostId, SpaceId, UserId } from '#protocol/ids.ts'
import type { Clock } from '../../clock.ts'
import type { Resource } from '../../identity/policy.ts'
import { resourceOf } from '../../identity/subject.ts'
import type { Live, LiveTopic } from '../../live/live.ts'
import type { Kind } from '../../records/kinds.ts'
import type { Changed, Records } from '../../records/records.ts'
import type { Dirty, SpaceTopic } from './topics.ts'

/** Below what a person notices, above the distance between the changes of one act. */
export const WINDOW_MS = 75
/** A list of spaces shows usage, too, but need not be fetched again for each sample. */
const USAGE_EVERY_MS = 5000

export interface DirtParts {
  readonly records: Records
  readonly live: Live
  readonly clock: Clock
  /** Called once a window with everything that changed in it. */
  readonly flush: (dirt: readonly Dirty[]) => void
  /** A watcher ended although nobody closed it. */
  readonly failed: (error: unknown) => void
}

export class Dirt {
  readonly #parts: DirtParts
  readonly #stop = new AbortController()
  readonly #pending = new Map<string, Dirty>()
  /** Whose a space was and with whom it was shared, for the news of its end. */
  readonly #resources = new Map<SpaceId, Resource>()
  readonly #hostStates = new Map<string, string | undefined>()
  #usageToldMs = Number.NEGATIVE_INFINITY

  constructor(parts: DirtParts) {
    this.#parts = parts
    for (const { id } of parts.records.list('space')) this.#resourceOf(id)
    this.#onRecord('template', () => this.#mark({ topic: 'templates' }))
    this.#onRecord('templateVersion', () => this.#mark({ topic: 'templates' }))
    this.#onRecord('user', () => this.#mark({ topic: 'users' }))
    this.#onRights()
    this.#onValues()
    this.#onRecord('host', () => this.#mark({ topic: 'hosts' }))
    this.#onRecord('space', ({ id, groups }) => {
      const before = this.#resources.get(id)
      const isMoved = groups.includes('people') || groups.includes('identity')
      this.#markSpace(id, 'space')
      this.#markSpaces(id)
      // Whoever it is no longer shared with hears that it has gone.
      if (before && isMoved) this.#mark({ topic: 'spaces', resource: before }, `${id} before`)
      if (!parts.records.get('space', id)) this.#resources.delete(id)
    })
    this.#onTimeline()
    this.#onLive('host', (id) => this.#markHost(id))
    for (const topic of ['peer', 'lines'] as const) {
      this.#onLive(topic, () => this.#mark({ topic: 'peers' }))
    }
    this.#onLive('agent', (id) => {
      this.#markSpace(id, 'space')
      this.#markSpaces(id)
    })
    for (const topic of ['ports', 'services', 'startup'] as const) {
      this.#onLive(topic, (id) => this.#markSpace(id, 'space'))
    }
    this.#onLive('usage', (id) => this.#markUsage(id))
    this.#onLive('terminals', (id) => this.#markSpace(id, 'terminals'))
    this.#onProgress()
  }

  close(): void {
    this.#stop.abort()
  }

  #onRecord<K extends Kind>(kind: K, heard: (change: Changed<K>) => void): void {
    const { signal } = this.#stop
    this.#follow(this.#parts.records.watch(kind, { signal }), heard)
  }

  #onLive(topic: LiveTopic, heard: (key: SpaceId) => void): void {
    const { signal } = this.#stop
    this.#follow(this.#parts.live.watch(topic, { signal }), ({ key }) => heard(key as SpaceId))
  }

  #onTimeline(): void {
    const { signal } = this.#stop
    this.#follow(this.#parts.records.tail('timeline', { signal }), ({ subject }) =>
      this.#markSpace(subject as SpaceId, 'timeline'),
    )
  }

  #onProgress(): void {
    const { signal } = this.#stop
    this.#follow(this.#parts.live.watch('progress', { signal }), ({ value }) => {
      // Withdrawn at the step's end, which the timeline tells of.
      if (value) this.#markSpace(value.spaceId as SpaceId, 'timeline')
    })
  }

  #follow<T>(source: AsyncIterable<T>, heard: (item: T) => void): void {
    const loop = async (): Promise<void> => {
      for await (const item of source) heard(item)
    }
    loop().catch((error: unknown) => {
      if (!this.#stop.signal.aborted) this.#parts.failed(error)
    })
  }

  #markSpace(id: SpaceId, kind: SpaceTopic): void {
    const resource = this.#resourceOf(id)
    this.#mark({ topic: `${kind}:${id}`, ...(resource && { resource }) })
  }

  #markSpaces(id: SpaceId): void {
    const resource = this.#resourceOf(id)
    this.#mark({ topic: 'spaces', ...(resource && { resource }) }, id)
  }

  /** Membership decides who sees which spaces, too. */
  #onRights(): void {
    this.#onRecord('group', () => {
      this.#mark({ topic: 'groups' })
      this.#markAllSpaces()
    })
    this.#onRecord('role', () => this.#mark({ topic: 'roles' }))
    this.#onRecord('invitation', () => this.#mark({ topic: 'invitations' }))
  }

  /** What one has set for oneself no page shows. One that is gone says no more whose it was: both kinds may have changed. */
  #onValues(): void {
    const { records } = this.#parts
    this.#onRecord('variable', ({ id }) => {
      const ownerId = records.get('variable', id)?.groups.body?.ownerId
      if (ownerId && records.get('user', ownerId as UserId)) return
      this.#mark({ topic: 'variables' })
      this.#mark({ topic: 'group-variables' })
    })
    this.#onRecord('registry', () => this.#mark({ topic: 'registries' }))
  }

  #markAllSpaces(): void {
    for (const [id, resource] of this.#resources) this.#mark({ topic: 'spaces', resource }, id)
  }

  /** Whether a space waits for its host is part of the space. Which images a host has is not. */
  #markHost(id: string): void {
    const { live, records } = this.#parts
    this.#mark({ topic: 'hosts' })
    const state = live.get('host', id)?.state
    if (this.#hostStates.get(id) === state) return
    this.#hostStates.set(id, state)
    for (const space of records.list('space', { hostId: id as HostId })) {
      this.#markSpace(space.id, 'space')
      this.#markSpaces(space.id)
    }
  }

  #markUsage(id: SpaceId): void {
    this.#markSpace(id, 'space')
    const nowMs = this.#parts.clock.monotonicMs()
    if (nowMs - this.#usageToldMs < USAGE_EVERY_MS) return
    this.#usageToldMs = nowMs
    // One sample stands for all: everybody's list is a little out of date.
    this.#markAllSpaces()
  }

  #resourceOf(id: SpaceId): Resource | undefined {
    const row = this.#parts.records.get('space', id)
    if (row) this.#resources.set(id, resourceOf(row))
    return this.#resources.get(id)
  }

  /** `of` tells one topic's news of different spaces apart. */
  #mark(dirty: Dirty, of = ''): void {
    const isFirst = this.#pending.size === 0
    this.#pending.set(`${dirty.topic} ${of}`, dirty)
    if (!isFirst) return
    this.#parts.clock.delay(WINDOW_MS, this.#stop.signal).then(
      () => {
        const dirt = [...this.#pending.values()]
        this.#pending.clear()
        this.#parts.flush(dirt)
      },
      () => this.#pending.clear(),
    )
  }
}
