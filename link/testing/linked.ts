// A peer's links and an agent's dialler in one process, over a real socket, for tests and measurements.

import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { newId, type SpaceId } from '#protocol/ids.ts'
import type { StreamOpen } from '#protocol/link.ts'
import { createDialer, type Dialer, type DialerOptions } from '../../agent/link/dialer.ts'
import type { ServedStream } from '../../agent/link/served.ts'
import { type Clock, systemClock } from '../../server/clock.ts'
import { createLinks, type Links, type LinksOptions } from '../../server/links/links.ts'
import type { LinkStream } from '../../server/links/streams.ts'
import { createLive, type LiveTable } from '../../server/live/table.ts'
import { silentLog } from '../../server/log.ts'
import { eventually } from '../../tests/support/eventually.ts'
import { ACTOR } from './conformance.ts'
import { serveForTests } from './far-end.ts'

export { ACTOR, serveForTests }
export const QUIET = { info: () => undefined, warn: () => undefined }

export class TestPeer {
  readonly spaceId: SpaceId = newId<'space'>()
  readonly key = randomBytes(32)
  readonly live: LiveTable = createLive({ clock: systemClock })
  readonly links: Links
  readonly #server = createServer()
  readonly #unix = createServer()
  /** Keys of more spaces than the first. */
  readonly #keys = new Map<SpaceId, Buffer>()
  #dialers: Dialer[] = []

  /** Why links were refused, newest last. */
  readonly refusals: string[] = []

  /** The start of its spaces that the peer knows. */
  epoch = 1

  /** `among`: what it knows of other peers. */
  constructor(
    clock: Clock = systemClock,
    among: Pick<LinksOptions, 'peers' | 'ways' | 'addresses'> = {},
  ) {
    this.#keys.set(this.spaceId, this.key)
    const log = silentLog()
    log.warn = (details: unknown) => void this.refusals.push(JSON.stringify(details))
    this.links = createLinks({
      agentKey: ({ spaceId, epoch }) =>
        epoch === this.epoch ? this.#keys.get(spaceId) : undefined,
      live: this.live,
      clock,
      log,
      ...among,
    })
    this.#server.on('upgrade', (request, socket, head) =>
      this.links.handleUpgrade(request, socket, head),
    )
  }

  /** One more space, whose agent may link. */
  another(space = { spaceId: newId<'space'>(), key: randomBytes(32) }) {
    this.#keys.set(space.spaceId, space.key)
    return space
  }

  async listen(at: string | number = 0): Promise<string> {
    if (typeof at === 'string') this.#server.listen(at)
    else this.#server.listen(at, '127.0.0.1')
    await once(this.#server, 'listening')
    const address = this.#server.address()
    if (address === null) throw new Error('not listening')
    return typeof address === 'string' ? `unix:${address}` : `http://127.0.0.1:${address.port}`
  }

  /** At a second address, for agents that are given several. */
  async alsoListen(path: string): Promise<string> {
    this.#unix.on('upgrade', (...call) => this.links.handleUpgrade(...call))
    this.#unix.listen(path)
    await once(this.#unix, 'listening')
    return `unix:${path}`
  }

  dial(
    addresses: readonly string[],
    onStream: (stream: ServedStream) => void = serveForTests,
    overrides: Partial<DialerOptions> = {},
  ): Dialer {
    const dialer = createDialer({
      addresses,
      identity: { spaceId: this.spaceId, epoch: this.epoch },
      key: this.key,
      version: 'test',
      run: 'run',
      log: QUIET,
      delay: (ms, signal) => systemClock.delay(ms, signal),
      onStream,
      ...overrides,
    })
    this.#dialers.push(dialer)
    return dialer
  }

  async linked(): Promise<void> {
    await eventually(() => this.links.has(this.spaceId), { timeoutMs: 5000, what: 'the link' })
  }

  async open(open: StreamOpen): Promise<LinkStream> {
    const options = { actor: ACTOR, requestId: 'r1' }
    return await this.links.streams.open({ space: this.spaceId }, open, options)
  }

  async close(): Promise<void> {
    for (const dialer of this.#dialers) await dialer.close()
    await this.links.close()
    this.live.close()
    this.#server.closeAllConnections()
    this.#server.close()
    this.#unix.close()
  }
}
