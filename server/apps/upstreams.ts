// The ways to all apps: a pool of connections for each port of each space that somebody visits.

import type { SpaceId } from '#protocol/ids.ts'
import type { StreamOpen } from '#protocol/link.ts'
import type { Clock } from '../clock.ts'
import type { Person } from '../identity/credential.ts'
import type { LinkStream, Streams } from '../links/streams.ts'
import { Carriers } from './wire/carriers.ts'
import { Pool } from './wire/pool.ts'

const SWEEP_MS = 1000
/** Connections carry the requests of whoever comes, so none of them acts on them. */
const APPS = { kind: 'system', id: 'apps', name: 'apps' } as const
const PUBLIC = { kind: 'system', id: 'apps-public', name: 'apps' } as const

interface UpstreamsParts {
  readonly streams: Streams
  readonly clock: Clock
  readonly newRequestId: () => string
}

export class Upstreams {
  readonly #parts: UpstreamsParts
  readonly #pools = new Map<string, Pool>()
  readonly #stop = new AbortController()

  constructor(parts: UpstreamsParts) {
    this.#parts = parts
  }

  pool(space: SpaceId, port: number): Pool {
    const key = `${space}:${port}`
    const known = this.#pools.get(key)
    if (known) return known
    const { streams, clock, newRequestId } = this.#parts
    const stream = (open: StreamOpen) =>
      streams.open({ space }, open, { actor: APPS, requestId: newRequestId() })
    const carriers = new Carriers({ port, clock, stream })
    const pool = new Pool({
      clock,
      open: () => carriers.open(),
      close: () => carriers.close(),
    })
    this.#pools.set(key, pool)
    return pool
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
      for (const [key, pool] of this.#pools) {
        pool.sweep()
        if (!pool.isEmpty) continue
        this.#pools.delete(key)
        pool.close()
      }
    }
  }

  close(): void {
    this.#stop.abort()
    for (const pool of this.#pools.values()) pool.close()
  }
}
