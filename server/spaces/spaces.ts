// Spaces: people's wishes are written down here, and whoever drives the host makes them true. Requests never touch an
// engine; behind them each engine of this peer has a loop of its own (host-loop.ts).

import type { PlacementPreview } from '#protocol/api/hosts.ts'
import type { ParameterValue, Space } from '#protocol/api/spaces.ts'
import type { TimelineStep } from '#protocol/api/timeline.ts'
import { SkeinError } from '#protocol/errors.ts'
import { makeId, type SpaceId, type TemplateId, type UserId } from '#protocol/ids.ts'
import type { Actor } from '#protocol/link.ts'
import type { By } from '../identity/audit.ts'
import { cameFrom, type Doer } from '../identity/audit.ts'
import type { Decision, Dot, Row, View } from '../records/records.ts'
import type { SpaceAddress } from './address.ts'
import { VolumeCopies } from './copies/copies.ts'
import { type EngineParts, HostLoop, type LoopOptions, notDriving } from './host-loop.ts'
import { SubnetTurn } from './network.ts'
import { Placer, placing } from './placer.ts'
import { HostPresence } from './presence.ts'
import { assertQuota, type Used, usedBy } from './quotas.ts'
import { decideSchedule, SCHEDULE_ACTOR, Scheduler } from './scheduler.ts'
import { decideTransfer } from './shares.ts'
import { Timeline } from './timeline.ts'
import { showSpace } from './view.ts'
import { waitingOf } from './waiting.ts'
import { isOurs, isSameHost } from './whose.ts'
import {
  type Creation,
  DEFAULT_SPACES_PER_USER,
  decideConfigure,
  decideCreate,
  decideForget,
  decideRename,
  decideWant,
  type Wish,
  type Wisher,
} from './wishes.ts'

export interface SpacesOptions extends Omit<LoopOptions, 'timeline' | 'subnetTurn' | 'onSeen'> {
  /** This peer's engines, each another host. */
  readonly engines: readonly EngineParts[]
  /** Whether this peer's database made a row: it then says where it is placed. Without other peers it has made all. */
  readonly isOwn?: (birth: Dot) => boolean
  readonly spacesPerUser?: number
}

export interface Spaces {
  /** Resolves after the first look at the engine, whatever came of it. */
  start(): Promise<void>
  show(id: SpaceId): Space | undefined
  /** All, or those that the actor owns. */
  list(actor?: Actor): readonly Space[]
  /** Rejects with `no_host_fits` beside what is wrong with the wish itself. */
  create(by: Doer, creation: Creation, intentId?: string): Promise<{ readonly intentId: string }>
  /** Where a new space would go. Throws `not_found`. */
  preview(templateId: TemplateId, parameters: Creation['parameters']): PlacementPreview
  /** A wish with an intent that was taken before is that wish. */
  want(by: Doer, id: SpaceId, wish: Wish, intentId?: string): Promise<{ readonly intentId: string }>
  /** Rejects with `space_not_waiting` where its host answers. */
  forget(by: Doer, id: SpaceId): Promise<void>
  rename(by: Doer, id: SpaceId, name: string): Promise<void>
  configure(
    by: Doer,
    id: SpaceId,
    parameters: Readonly<Record<string, ParameterValue>>,
  ): Promise<void>
  /** Whether its template's schedule holds for it. Rejects with `not_found` where that has none. */
  schedule(by: Doer, id: SpaceId, isOn: boolean): Promise<void>
  /** Gives it to somebody else. Rejects with `name_taken`, `user_disabled`, `not_found` and a quota's code. */
  transfer(by: By, id: SpaceId, to: string): Promise<void>
  /** What a person's spaces take, for their quota. */
  used(userId: UserId): Used
  timeline(id: SpaceId): Promise<readonly TimelineStep[]>
  /**
   * Where its main container is in a network of this machine, as the engine says now; undefined where it does not run or
   * is on another machine. Rejects with `unavailable` where this peer does not drive its engine.
   */
  locate(id: SpaceId): Promise<SpaceAddress | undefined>
  /** Its volumes, out and in. */
  readonly copies: VolumeCopies
  /** Ends the loop; containers go on. */
  close(): Promise<void>
}

export function createSpaces(options: SpacesOptions): Spaces {
  return new HostedSpaces(options)
}

class HostedSpaces implements Spaces {
  readonly #options: SpacesOptions
  readonly #timeline: Timeline
  readonly #placer: Placer
  readonly #presence: HostPresence
  readonly #loops: readonly HostLoop[]
  readonly #scheduler: Scheduler
  readonly #ended = new AbortController()
  readonly copies: VolumeCopies
  #watching: Promise<unknown> = Promise.resolve()
  #placing: Promise<void> = Promise.resolve()
  #scheduling: Promise<void> = Promise.resolve()

  constructor(options: SpacesOptions) {
    this.#options = options
    this.#timeline = new Timeline(options)
    this.#presence = new HostPresence(options.clock)
    const isOwn = options.isOwn ?? (() => true)
    this.#placer = new Placer({ ...options, isOwn })
    const shared = {
      ...options,
      timeline: this.#timeline,
      subnetTurn: new SubnetTurn(),
      onSeen: () => this.#hostSeen(),
    }
    this.#loops = options.engines.map((engine) => new HostLoop({ ...shared, ...engine }))
    this.#scheduler = new Scheduler({
      ...options,
      isDriven: (row) => this.#drives(row),
      intend: (decide) => this.#intend(SCHEDULE_ACTOR, decide, undefined),
    })
    this.copies = new VolumeCopies({
      ...options,
      act: async (id, work) => await this.#loopOf(id).act(work),
      hold: async (id, work) => await this.#loopOf(id).hold(id, work),
    })
  }

  async start(): Promise<void> {
    const { signal } = this.#ended
    const { records, live } = this.#options
    this.#watching = Promise.all([
      each(records.watch('space', { signal }), ({ id, groups, origin }) => {
        if (records.get('space', id) === undefined) this.#gone(id)
        else {
          // Both at once where it was made anew elsewhere, by a request that was sent again.
          if (groups.includes('placement') && this.#isNews(id, origin)) this.#moved(id)
          if (groups.includes('desired')) this.#wished(id)
        }
      }),
      this.#presence.follow(live, signal),
      each(live.watch('host', { signal }), ({ value }) => {
        if (value?.state === 'ready') this.#placeWaiting()
      }),
      each(live.watch('agent', { signal }), ({ key }) => this.#reported(key)),
      each(live.watch('startup', { signal }), ({ key }) => this.#reported(key)),
    ]).catch((error: unknown) => {
      this.#options.log.error({ error }, 'Spaces no longer hear of changes.')
    })
    await Promise.all(this.#loops.map((loop) => loop.start()))
    this.#scheduling = this.#scheduler.run(signal)
  }

  show(id: SpaceId): Space | undefined {
    const row = this.#options.records.get('space', id)
    return row && showSpace(this.#sources, row)
  }

  list(actor?: Actor): readonly Space[] {
    const index = actor && { ownerId: actor.id as UserId }
    const rows = this.#options.records.list('space', index)
    return rows.flatMap((row) => showSpace(this.#sources, row) ?? [])
  }

  create(by: Doer, creation: Creation, intentId?: string): Promise<{ readonly intentId: string }> {
    const decide: Intending = (view, wisher) => decideCreate(view, wisher, creation)
    return this.#intend(by, decide, intentId)
  }

  preview(templateId: TemplateId, parameters: Creation['parameters']): PlacementPreview {
    const { records, templates } = this.#options
    const versionId = records.get('template', templateId)?.groups.head?.versionId
    const parsed = versionId && templates.parsed(versionId)
    if (!parsed) throw new SkeinError('not_found', { thing: 'template' })
    // As somebody types: what is missing or does not fit yet is no reason to say nothing.
    const presets = parsed.head.parameters.flatMap(({ name, default: preset }) =>
      preset === undefined ? [] : [[name, preset] as const],
    )
    const { template } = parsed
    return this.#placer.preview(records, {
      template,
      parameters: { ...Object.fromEntries(presets), ...parameters },
    })
  }

  want(
    by: Doer,
    id: SpaceId,
    wish: Wish,
    intentId?: string,
  ): Promise<{ readonly intentId: string }> {
    return this.#intend(by, (view, wisher) => decideWant(view, wisher, id, wish), intentId)
  }

  async forget(by: Doer, id: SpaceId): Promise<void> {
    const wisher = this.#wisher(by)
    await this.#options.records.transact((view) => {
      const row = view.get('space', id)
      const { live } = this.#options
      if (row && !waitingOf({ records: view, live, presence: this.#presence }, row)) {
        throw new SkeinError('space_not_waiting')
      }
      return decideForget(view, wisher, id)
    })
  }

  async rename(by: Doer, id: SpaceId, name: string): Promise<void> {
    const wisher = this.#wisher(by)
    await this.#options.records.transact((view) => decideRename(view, wisher, id, name))
  }

  async configure(
    by: Doer,
    id: SpaceId,
    parameters: Readonly<Record<string, ParameterValue>>,
  ): Promise<void> {
    const wisher = this.#wisher(by)
    await this.#options.records.transact((view) => decideConfigure(view, wisher, id, parameters))
  }

  async schedule(by: Doer, id: SpaceId, isOn: boolean): Promise<void> {
    const wisher = this.#wisher(by)
    await this.#options.records.transact((view) => decideSchedule(view, { wisher, id, isOn }))
  }

  async transfer(by: By, id: SpaceId, to: string): Promise<void> {
    const { templates, records } = this.#options
    await records.transact((view) =>
      decideTransfer(view, by, id, to, (seen, ownerId, { groups }) =>
        assertQuota(seen, templates, ownerId, {
          id,
          spec: groups.spec,
          isNew: true,
          runs: groups.desired?.state === 'running',
        }),
      ),
    )
  }

  used(userId: UserId): Used {
    return usedBy(this.#options.records, this.#options.templates, userId)
  }

  timeline(id: SpaceId): Promise<readonly TimelineStep[]> {
    return this.#timeline.read(id)
  }

  async locate(id: SpaceId): Promise<SpaceAddress | undefined> {
    return await this.#loopOf(id).locate(id)
  }

  async close(): Promise<void> {
    this.#ended.abort()
    await Promise.all(this.#loops.map((loop) => loop.close()))
    await this.#watching
    await this.#scheduling
    await this.#placing
    await this.#timeline.settled()
  }

  get #sources() {
    return { ...this.#options, presence: this.#presence }
  }

  #wisher(by: Doer): Wisher {
    const { clock, random, templates } = this.#options
    const nowMs = clock.nowMs()
    const spacesPerUser = this.#options.spacesPerUser ?? DEFAULT_SPACES_PER_USER
    const intentId = makeId(nowMs, random(10))
    return { ...cameFrom(by), intentId, nowMs, templates, spacesPerUser, placer: this.#placer }
  }

  async #intend(
    by: Doer,
    decide: Intending,
    given: string | undefined,
  ): Promise<{ readonly intentId: string }> {
    const wisher = this.#wisher(by)
    const own = given === undefined ? wisher : { ...wisher, intentId: given }
    const intentId = await this.#options.records.transact((view) => decide(view, own), placing)
    return { intentId }
  }

  /** The loop whose engine has the space. Throws `unavailable` where none of this peer's has. */
  #loopOf(id: SpaceId): HostLoop {
    const { records } = this.#options
    const placed = records.get('space', id)?.groups.placement?.hostId
    const loop = this.#loops.find(
      ({ seen }) => placed && seen && isSameHost(records, placed, seen.hostId),
    )
    if (loop === undefined) throw notDriving()
    return loop
  }

  #drives(row: Row<'space'>): boolean {
    const { records } = this.#options
    return this.#loops.some(({ seen }) => seen !== undefined && isOurs(records, row, seen.hostId))
  }

  /** Placed by another peer, or just now by this one; a loop's own writing down of a subnet is none. */
  #isNews(id: SpaceId, origin: 'local' | 'merge'): boolean {
    return origin === 'merge' || !this.#options.records.get('space', id)?.groups.runtime
  }

  /** Each loop looks at it, and those whose space it is not find that out at once. */
  #touch(id: SpaceId): void {
    for (const loop of this.#loops) loop.touch(id)
  }

  /** Its link ends, wherever it is, and what an engine of ours has of it is looked at. */
  #gone(id: SpaceId): void {
    this.#options.links.unlink(id)
    for (const loop of this.#loops) loop.doubt(id)
  }

  /** To a host of ours, or away from one. */
  #moved(id: SpaceId): void {
    for (const loop of this.#loops) loop.doubt(id)
  }

  #wished(id: SpaceId): void {
    for (const loop of this.#loops) loop.interrupt(id)
    if (this.#options.records.get('space', id)?.groups.placement === undefined) this.#placeWaiting()
  }

  #hostSeen(): void {
    const ids = this.#loops.flatMap(({ hostId }) => hostId ?? [])
    const [twice] = ids.filter((id, index) => ids.indexOf(id) !== index)
    if (twice !== undefined) {
      this.#options.log.warn(
        { hostId: twice },
        'Two engines have one id, so only one of them is driven; docs/settings.md says how to part them.',
      )
    }
    this.#placeWaiting()
  }

  /** One at a time, so that each sees what the one before it has placed. */
  #placeWaiting(): void {
    this.#placing = this.#placing
      .then(() => (this.#ended.signal.aborted ? undefined : this.#placer.placeWaiting()))
      .catch((error: unknown) => {
        this.#options.log.warn({ error }, 'Spaces that wait for a host could not be placed.')
      })
  }

  /** Only a space that waits for a report cares for one. */
  #reported(key: string): void {
    const id = key as SpaceId
    const state = this.#options.records.get('space', id)?.groups.runtime?.state
    if (state === 'starting') this.#touch(id)
  }
}

type Intending = (view: View, wisher: Wisher) => Decision<string>

/** Ends with the iterable, which ends with its signal. */
async function each<T>(source: AsyncIterable<T>, act: (item: T) => void): Promise<void> {
  for await (const item of source) act(item)
}
