// Keeps one engine in sight: describes it, records it as a host, listens to its events, and asks now and then
// whether it still answers. When it comes back, everything on it is looked at again, since events were missed.

import { isDeepStrictEqual } from 'node:util'
import type { ErrorBody } from '#protocol/errors.ts'
import { SkeinError } from '#protocol/errors.ts'
import { type HostId, makeId, type PeerId } from '#protocol/ids.ts'
import type { Clock, Random } from '../clock.ts'
import type { Live, LiveTopics } from '../live/live.ts'
import { MAX_IMAGE_CHARS, MAX_IMAGES } from '../live/rules.ts'
import type { KindGroups } from '../records/kinds.ts'
import type { Change, Records } from '../records/records.ts'
import type { Log } from '../store/log.ts'
import { lockEngine } from './engine-lock.ts'
import type { Hosts, Owner } from './owner.ts'
import type { Engine, EngineEvent, EngineFacts } from './runtime/engine.ts'
import { labels } from './runtime/names.ts'
import { hostOf } from './whose.ts'

const FIRST_RETRY_MS = 500
const LAST_RETRY_MS = 15_000
/** How often a silent engine is asked whether it is still there. */
const PROBE_INTERVAL_MS = 30_000
/** The host's state in Live outlives a few probes. */
const HOST_TTL_MS = 4 * PROBE_INTERVAL_MS

export type HostConfig = KindGroups['host']['config']

export interface SeenHost {
  readonly hostId: HostId
  readonly facts: EngineFacts
}

export interface HostWatchOptions {
  readonly engine: Engine
  /** What the configuration says of it. */
  readonly about: HostConfig
  /** Who drives it while this watch holds its lock. */
  readonly self: { readonly id: PeerId; readonly name: string }
  readonly hosts: Hosts
  readonly records: Records
  readonly live: Live
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly cluster: string
  /** The engine answers (again); anything may have happened meanwhile. Awaited before events are read. */
  readonly onReady: (owner: Owner, facts: EngineFacts) => Promise<void>
  readonly onEvent: (event: EngineEvent) => void
  /** Another peer on this machine drives the engine; this one takes over when that one ends. */
  readonly onStandBy: () => void
}

export class HostWatch {
  readonly #options: HostWatchOptions
  readonly #ended = new AbortController()
  #seen: SeenHost | undefined
  #hostId: HostId | undefined
  #failure: ErrorBody | undefined
  #run: Promise<void> = Promise.resolve()

  constructor(options: HostWatchOptions) {
    this.#options = options
  }

  /** Set while the engine answers. */
  get seen(): SeenHost | undefined {
    return this.#failure === undefined ? this.#seen : undefined
  }

  /** The engine's host, also while another peer drives it. */
  get hostId(): HostId | undefined {
    return this.#hostId
  }

  /** Why it does not answer. */
  get failure(): ErrorBody | undefined {
    return this.#failure
  }

  /** Resolves after the first try, whatever came of it; the watch goes on. */
  start(): Promise<void> {
    const first = Promise.withResolvers<void>()
    this.#run = this.#watch(first.resolve)
    return first.promise
  }

  async close(): Promise<void> {
    this.#ended.abort()
    await this.#run
  }

  async #watch(tried: () => void): Promise<void> {
    const { clock, log } = this.#options
    const { signal } = this.#ended
    let failures = 0
    while (!signal.aborted) {
      try {
        await this.#attend(() => {
          failures = 0
          tried()
        })
      } catch (caught) {
        if (signal.aborted) break
        this.#lost(unreachable(caught).body)
        if (failures === 0) log.warn({ error: caught }, 'The Docker engine does not answer.')
      }
      tried()
      const pauseMs = Math.min(FIRST_RETRY_MS * 2 ** failures++, LAST_RETRY_MS)
      await clock.delay(pauseMs, signal).catch(() => undefined)
    }
  }

  /** Returns or rejects when the engine is gone. */
  async #attend(ready: () => void): Promise<void> {
    const { engine, hosts, cluster, onReady, onEvent, onStandBy } = this.#options
    const facts = await engine.describe(this.#ended.signal)
    const hostId = await this.#register(facts)
    this.#hostId = hostId
    const { engineId } = facts
    const onWait = () => {
      ready()
      onStandBy()
    }
    const waiting = { clock: this.#options.clock, signal: this.#ended.signal, onWait }
    await using _ = await lockEngine({ cluster, engineId }, waiting)
    await this.#describe(hostId, facts)
    const silence = new AbortController()
    const signal = AbortSignal.any([this.#ended.signal, silence.signal])
    await hosts.act(hostId, async (owner) => {
      // Listening begins before looking: what happens in between is seen twice rather than never.
      const events = await engine.events(owner, { [labels.cluster]: cluster }, signal)
      const probing = this.#probe(owner, signal).catch((error: unknown) => silence.abort(error))
      try {
        await this.#found(owner, { hostId, facts })
        await onReady(owner, facts)
        ready()
        for await (const event of events) onEvent(event)
      } catch (caught) {
        silence.signal.throwIfAborted()
        throw caught
      } finally {
        silence.abort()
        await probing
      }
    })
    throw new SkeinError('engine_unreachable', { reason: 'its events have ended' })
  }

  async #probe(owner: Owner, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#options.clock.delay(PROBE_INTERVAL_MS, signal)
      const facts = await this.#options.engine.describe(signal)
      if (this.#seen !== undefined) await this.#found(owner, { hostId: this.#seen.hostId, facts })
    }
  }

  async #found(owner: Owner, seen: SeenHost): Promise<void> {
    const names = await this.#options.engine.imageNames(owner)
    this.#seen = seen
    this.#failure = undefined
    const advice = adviceFor(seen.facts)
    const short = names.filter(({ length }) => length <= MAX_IMAGE_CHARS)
    const images = short.toSorted().slice(0, MAX_IMAGES)
    this.#publish(seen.hostId, { state: 'ready', advice, images })
  }

  #lost(failure: ErrorBody): void {
    this.#failure = failure
    if (this.#seen === undefined) return
    this.#publish(this.#seen.hostId, {
      state: 'unreachable',
      reason: failure.message,
      advice: [],
    })
  }

  #publish(hostId: HostId, value: LiveTopics['host']): void {
    const { live, clock } = this.#options
    const before = live.own.get('host', hostId)
    const since = before?.state === value.state ? before.since : undefined
    live.publish('host', hostId, { ...value, since: since ?? clock.nowMs() }, HOST_TTL_MS)
  }

  /** The host's record, by the engine's own id; made when it is not there. */
  #register(facts: EngineFacts): Promise<HostId> {
    const { records, clock, random, about } = this.#options
    const fresh = makeId<'host'>(clock.nowMs(), random(10))
    return records.transact((view) => {
      const known = hostOf(view, facts.engineId)
      if (known !== undefined) return { changes: [], result: known.id }
      const groups = { info: infoOf(facts), config: about }
      return { changes: [{ op: 'create', kind: 'host', id: fresh, groups }], result: fresh }
    })
  }

  /** Whoever drives it says what it is, what it may take and who that is: of several that reach it their word counts. */
  #describe(id: HostId, facts: EngineFacts): Promise<void> {
    const { records, clock, about, self } = this.#options
    return records.transact((view) => {
      const { info, config, driver } = view.get('host', id)?.groups ?? {}
      const value = infoOf(facts)
      const own = { peerId: self.id, name: self.name, at: clock.nowMs() }
      const isDriver = driver?.peerId === own.peerId && driver.name === own.name
      const set = { op: 'set', kind: 'host', id } as const
      const changes: Change[] = [
        ...(isDeepStrictEqual(info, value) ? [] : [{ ...set, group: 'info', value } as const]),
        ...(isDeepStrictEqual(config, about)
          ? []
          : [{ ...set, group: 'config', value: about } as const]),
        ...(isDriver ? [] : [{ ...set, group: 'driver', value: own } as const]),
      ]
      return { changes, result: undefined }
    })
  }
}

function infoOf(facts: EngineFacts): KindGroups['host']['info'] {
  const { name, engineId, architecture, cpus, memoryBytes, version: engineVersion } = facts
  return { name, engineId, architecture, engineVersion, cpus, memoryBytes }
}

function unreachable(caught: unknown): SkeinError {
  if (caught instanceof SkeinError) return caught
  const reason = caught instanceof Error ? caught.message : String(caught)
  return new SkeinError('engine_unreachable', { reason }, caught)
}

/** What doctor would say. */
function adviceFor({ liveRestore }: EngineFacts): readonly string[] {
  return liveRestore
    ? []
    : ['Containers end when Docker restarts: set "live-restore": true in /etc/docker/daemon.json.']
}
