// The ways to all apps: a pool of connections for each port of each space that somebody visits.

import type { SpaceId } from '#protocol/ids.ts'
import type { StreamOpen } from '#protocol/link.ts'
import type { Clock } from '../clock.ts'
import type { Person } from '../identity/credential.ts'
import type { LinkStream, Streams } from '../links/streams.ts'
import type { Live } from '../live/live.ts'
import type { Records } from '../records/records.ts'
import { type DirectSource, DirectWays } from './direct/direct-ways.ts'
import { PortWays } from './direct/port-ways.ts'
import { Carriers } from './wire/carriers.ts'
import { Pool } from './wire/pool.ts'

const SWEEP_MS = 1000
/** Connections carry the requests of whoever comes, so none of them acts on them. */
const APPS = { kind: 'system', id: 'apps', name: 'apps' } as const
const PUBLIC = { kind: 'system', id: 'apps-public', name: 'apps' } as const

interface UpstreamsParts {
  readonly streams: Streams
  readonly records: Records
  readonly live: Live
  readonly clock: Clock
  /** Absent where every request is to go through the agent. */
  readonly direct?: DirectSource
  readonly newRequestId: () => string
}

export class Upstreams {
  readonly #parts: UpstreamsParts
  readonly #pools = new Map<string, { readonly pool: Pool; readonly ways: PortWays }>()
  readonly #direct: DirectWays | undefined
  readonly #stop = new AbortController()

  constructor(parts: UpstreamsParts) {
    this.#parts = parts
    const { direct: source } = parts
    this.#direct = source && new DirectWays({ ...parts, source })
  }

  pool(space: SpaceId, port: number): Pool {
    const key = `${space}:${port}`
    const known = this.#pools.get(key)
    if (known) return known.pool
    const { streams, clock, newRequestId } = this.#parts
    const stream = (open: StreamOpen) =>
      streams.open({ space }, open, { actor: APPS, requestId: newRequestId() })
    const carriers = new Carriers({ port, clock, stream })
    const ways = new PortWays(space, port, carriers, this.#direct)
    const pool = new Pool({
      clock,
      open: () => ways.open(),
      keeps: (carrier) => ways.keeps(carrier),
      close: () => ways.close(),
    })
    this.#pools.set(key, { pool, ways })
    return pool
  }

  /** The record of a space has changed. */
  recheck(space: SpaceId): void {
    this.#direct?.recheck(space)
  }

  /** A connection of one visitor's own. Rejects as `Streams.open` does. */
  open(space: SpaceId, port: number, person: Person | undefined): Promise<LinkStream> {
    const { streams, newRequestId } = this.#parts
    const options = { actor: person?.actor ?? PUBLIC, requestId: newRequestId() }
    return streams.open({ space }, { kind: 'tcp', port }, options)
  }

  /** Sweeps until `close`. */
  async watch(): Promise<void> {
    const { signal } = this.#stop
    while (!signal.aborted) {
      await this.#parts.clock.delay(SWEEP_MS, signal).catch(() => undefined)
      for (const [key, { pool, ways }] of this.#pools) {
        ways.look()
        pool.sweep()
        if (!pool.isEmpty) continue
        this.#pools.delete(key)
        pool.close()
      }
    }
  }

  close(): void {
    this.#stop.abort()
    for (const { pool } of this.#pools.values()) pool.close()
    this.#direct?.close()
  }
}
