// N peers' memberships in one process on loopback: real sockets and real time, as bench/memberlist/main.go has them.

import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { newId, type PeerId } from '../protocol/ids.ts'
import { systemClock, systemRandom } from '../server/clock.ts'
import { type Change, Membership } from '../server/cluster/membership.ts'
import { Keyring } from '../server/cluster/seal/keyring.ts'
import { Links } from '../server/links/links.ts'
import { createLive } from '../server/live/table.ts'
import type { Log } from '../server/log.ts'
import { lossySocket } from '../tests/support/lossy-socket.ts'

const quiet = { debug() {}, info() {}, warn() {}, error() {} } as unknown as Log

export class GossipPeer {
  readonly id: PeerId
  /** When each other was first called unreachable, in monotonic ms. */
  readonly missedAt: ReadonlyMap<PeerId, number>
  readonly membership: Membership
  readonly #server: Server
  readonly #links: Links

  private constructor(
    server: Server,
    membership: Membership,
    { id, missedAt }: Pick<GossipPeer, 'id' | 'missedAt'>,
  ) {
    this.id = id
    this.missedAt = missedAt
    this.#server = server
    this.membership = membership
    const live = createLive({ clock: systemClock })
    const links = new Links({
      agentKey: () => undefined,
      live,
      clock: systemClock,
      log: quiet,
      peers: this.membership,
    })
    this.#links = links
    server.on('upgrade', (request, socket, head) => links.handleUpgrade(request, socket, head))
  }

  static async start(
    secret: Buffer,
    seeds: readonly GossipPeer[],
    options: { loss?: number; onChange?: (change: Change) => void } = {},
  ): Promise<GossipPeer> {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const id = newId<'peer'>()
    const missedAt = new Map<PeerId, number>()
    const membership = await Membership.start({
      id,
      boot: 1,
      cluster: 'test',
      keyring: new Keyring(secret),
      listen: { host: '127.0.0.1', port },
      advertise: `127.0.0.1:${port}`,
      // As long as a real peer's.
      metadata: JSON.stringify({ name: 'peer', version: '0.1.0', zone: 'bench', load: 0.5 }),
      seeds: seeds.map(({ address: at }) => at),
      clock: systemClock,
      random: systemRandom,
      log: quiet,
      openSocket: lossySocket(options.loss ?? 0),
      onChange: (change) => {
        const { id: other, is } = change
        options.onChange?.(change)
        const isGone = is === 'unreachable' || is === 'dead'
        if (isGone && !missedAt.has(other)) missedAt.set(other, performance.now())
      },
      onRefused: () => undefined,
    })
    return new GossipPeer(server, membership, { id, missedAt })
  }

  get address(): string {
    return this.membership.self.contact?.address ?? ''
  }

  /** How many others it holds for alive. */
  get known(): number {
    return this.membership.peers.filter(({ state }) => state === 'alive').length
  }

  /** Without a word to anybody. */
  async kill(): Promise<void> {
    await this.membership.close()
    await this.#links.close()
    this.#server.closeAllConnections()
    this.#server.close()
  }
}

export const freshSecret = (): Buffer => randomBytes(32)
