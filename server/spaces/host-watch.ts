// Keeps one engine in sight: describes it, records it as a host, listens to its events, and asks now and then
// whether it still answers. When it comes back, everything on it is looked at again, since events were missed.

import type { ErrorBody } from '#protocol/errors.ts'
import { SkeinError } from '#protocol/errors.ts'
import { type HostId, makeId } from '#protocol/ids.ts'
import type { Clock, Random } from '../clock.ts'
import type { Live } from '../live/live.ts'
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

export interface SeenHost {
  readonly hostId: HostId
  readonly facts: EngineFacts
}

export interface HostWatchOptions {
  readonly engine: Engine
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
    const hostId = await this.#record(facts)
    this.#hostId = hostId
    const { engineId } = facts
    const onWait = () => {
      ready()
      onStandBy()
    }
    const waiting = { clock: this.#options.clock, signal: this.#ended.signal, onWait }
    await using _ = await lockEngine({ cluster, engineId }, waiting)
    const silence = new AbortController()
    const signal = AbortSignal.any([this.#ended.signal, silence.signal])
    await hosts.act(hostId, async (owner) => {
      // Listening begins before looking: what happens in between is seen twice rather than never.
      const events = await engine.events(owner, { [labels.cluster]: cluster }, signal)
      const probing = this.#probe(signal).catch((error: unknown) => silence.abort(error))
      try {
        this.#found({ hostId, facts })
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

  async #probe(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#options.clock.delay(PROBE_INTERVAL_MS, signal)
      const facts = await this.#options.engine.describe(signal)
      if (this.#seen !== undefined) this.#found({ hostId: this.#seen.hostId, facts })
    }
  }

  #found(seen: SeenHost): void {
    this.#seen = seen
    this.#failure = undefined
    const advice = adviceFor(seen.facts)
    this.#options.live.publish('host', seen.hostId, { state: 'ready', advice }, HOST_TTL_MS)
  }

  #lost(failure: ErrorBody): void {
    this.#failure = failure
    if (this.#seen === undefined) return
    const value = { state: 'unreachable', reason: failure.message, advice: [] } as const
    this.#options.live.publish('host', this.#seen.hostId, value, HOST_TTL_MS)
  }

  /** The host's record, by the engine's own id; made when it is not there. */
  #record(facts: EngineFacts): Promise<HostId> {
    const { records, clock, random } = this.#options
    const { name, engineId, architecture, cpus, memoryBytes, version: engineVersion } = facts
    const info = { name, engineId, architecture, engineVersion, cpus, memoryBytes }
    const fresh = makeId<'host'>(clock.nowMs(), random(10))
    return records.transact((view) => {
      const known = hostOf(view, engineId)
      if (known === undefined) {
        const change: Change = { op: 'create', kind: 'host', id: fresh, groups: { info } }
        return { changes: [change], result: fresh }
      }
      const same = JSON.stringify(known.groups.info) === JSON.stringify(info)
      const change: Change = { op: 'set', kind: 'host', id: known.id, group: 'info', value: info }
      return { changes: same ? [] : [change], result: known.id }
    })
  }
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
