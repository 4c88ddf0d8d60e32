// A peer's links and an agent's dialler in one process, over a real socket, for tests and measurements.

import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { newId, type SpaceId } from '#protocol/ids.ts'
import type { Actor } from '#protocol/link.ts'
import { createDialer, type Dialer, type DialerOptions } from '../../agent/link/dialer.ts'
import type { ServedStream } from '../../agent/link/served.ts'
import { systemClock } from '../../server/clock.ts'
import { createLinks, type Links } from '../../server/links/links.ts'
import type { Live } from '../../server/live/live.ts'
import { createLive } from '../../server/live/table.ts'
import { silentLog } from '../../server/log.ts'
import { eventually } from '../../tests/support/eventually.ts'

export const ACTOR: Actor = { kind: 'user', id: 'u1', name: 'ada' }
export const QUIET = { info: () => undefined, warn: () => undefined }

export class TestPeer {
  readonly spaceId: SpaceId = newId<'space'>()
  readonly key = randomBytes(32)
  readonly live: Live = createLive({ clock: systemClock })
  readonly links: Links
  readonly #server = createServer()
  #dialers: Dialer[] = []

  constructor() {
    this.links = createLinks({
      agentKey: ({ spaceId, epoch }) =>
        spaceId === this.spaceId && epoch === 1 ? this.key : undefined,
      live: this.live,
      clock: systemClock,
      log: silentLog(),
    })
    this.#server.on('upgrade', (request, socket, head) =>
      this.links.handleUpgrade(request, socket, head),
    )
  }

  async listen(at: string | number = 0): Promise<string> {
    if (typeof at === 'string') this.#server.listen(at)
    else this.#server.listen(at, '127.0.0.1')
    await once(this.#server, 'listening')
    const address = this.#server.address()
    if (address === null) throw new Error('not listening')
    return typeof address === 'string' ? `unix:${address}` : `http://127.0.0.1:${address.port}`
  }

  dial(
    addresses: readonly string[],
    onStream: (stream: ServedStream) => void,
    overrides: Partial<DialerOptions> = {},
  ): Dialer {
    const dialer = createDialer({
      addresses,
      identity: { spaceId: this.spaceId, epoch: 1 },
      key: this.key,
      version: 'test',
      run: 'run',
      log: QUIET,
      clock: systemClock,
      onStream,
      ...overrides,
    })
    this.#dialers.push(dialer)
    return dialer
  }

  async linked(): Promise<void> {
    await eventually(() => this.links.has(this.spaceId), { timeoutMs: 5000, what: 'the link' })
  }

  async close(): Promise<void> {
    for (const dialer of this.#dialers) await dialer.close()
    await this.links.close()
    this.live.close()
    this.#server.closeAllConnections()
    this.#server.close()
  }
}

/** The agent of the conformance suite: echoes, swallows, floods, refuses. */
export function serveForTests(stream: ServedStream): void {
  const { open, duplex } = stream
  if (open.kind === 'echo') {
    stream.accept({ hello: 'echo' })
    duplex.pipe(duplex)
  } else if (open.kind === 'tcp' && open.port === 1) {
    stream.accept()
    flood(duplex)
  } else if (open.kind === 'tcp' && open.port === 2) {
    stream.accept()
    // Never reads.
  } else if (open.kind === 'tcp' && open.port === 3) {
    stream.accept()
    duplex.destroy(new Error('the handler failed'))
  } else if (open.kind === 'exec') {
    stream.accept()
    duplex.resume()
    duplex.on('end', () => {
      duplex.write('late')
      stream.fin({ ok: true, status: 7 })
    })
  }
}

const BLOCK = Buffer.alloc(64 * 1024, 'x')

function flood(duplex: ServedStream['duplex']): void {
  const write = () => {
    while (duplex.writable && duplex.write(BLOCK));
    if (duplex.writable) duplex.once('drain', write)
  }
  write()
}
