// A peer of which nothing runs but membership and Live, over real links: for what peers tell each other.

import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { newId, type PeerId, type SpaceId } from '#protocol/ids.ts'
import { systemClock, systemRandom } from '../../server/clock.ts'
import { LiveSharing } from '../../server/cluster/live/sharing.ts'
import { type Change, Membership, type MembershipOptions } from '../../server/cluster/membership.ts'
import { Keyring } from '../../server/cluster/seal/keyring.ts'
import { Mesh } from '../../server/cluster/wire/mesh.ts'
import { Links } from '../../server/links/links.ts'
import { createLive, type LiveTable } from '../../server/live/table.ts'

export interface LivePeerStart {
  readonly host?: string
  /** Absent or 0: one that is free. */
  readonly port?: number
  readonly boot?: number
  readonly openSocket?: MembershipOptions['openSocket']
  /** Of agents that link to it; none by default. */
  readonly agentKey?: () => Buffer
  readonly onChange?: (change: Change) => void
  readonly onRefused?: (by: PeerId) => void
}

const quiet = { debug() {}, info() {}, warn() {}, error() {} } as never

export class LivePeer {
  readonly id: PeerId
  readonly #secret: Buffer
  live!: LiveTable
  sharing!: LiveSharing
  membership!: Membership
  mesh!: Mesh
  #links!: Links
  #server!: Server
  #boot = 0
  #host = '127.0.0.1'

  constructor(secret: Buffer, id = newId<'peer'>()) {
    this.id = id
    this.#secret = secret
  }

  get address(): string {
    const address = this.#server.address()
    return `${this.#host}:${typeof address === 'object' && address ? address.port : 0}`
  }

  async start(seeds: readonly string[], how: LivePeerStart = {}): Promise<this> {
    this.#boot = how.boot ?? this.#boot + 1
    this.#host = how.host ?? this.#host
    const server = createServer()
    this.#server = server
    server.listen(how.port ?? 0, this.#host)
    await once(server, 'listening')
    const keyring = new Keyring(this.#secret)
    await this.#join(seeds, keyring, how)
    this.#share(keyring)
    const { live } = this
    const { agentKey = () => undefined } = how
    const parts = { agentKey, live, clock: systemClock, log: quiet }
    this.#links = new Links({
      ...parts,
      peers: {
        keyOf: (identity) => this.membership.keyOf(identity),
        accepted: (identity, connection) => {
          if (identity.lane === 'live') this.mesh.accepted(identity, connection)
          else this.membership.accepted(identity, connection)
        },
      },
    })
    server.on('upgrade', (request, socket, head) =>
      this.#links.handleUpgrade(request, socket, head),
    )
    return this
  }

  /** Ends as a killed process does: without a word. */
  async kill(): Promise<void> {
    await this.membership.close()
    await this.sharing.close()
    await this.#links.close()
    this.live.close()
    this.#server.closeAllConnections()
    this.#server.close()
  }

  sees(other: LivePeer, state: string): boolean {
    return this.membership.peers.some(({ id, state: is }) => id === other.id && is === state)
  }

  /** Says that somebody is at a space. */
  tell(space: SpaceId, count: number, epoch = 0): void {
    this.live.publish('terminals', space, { count, at: 1 }, 60_000, epoch)
  }

  count(space: SpaceId): number | undefined {
    return this.live.get('terminals', space)?.count
  }

  async #join(seeds: readonly string[], keyring: Keyring, how: LivePeerStart): Promise<void> {
    const { address } = this
    this.membership = await Membership.start({
      ...{ id: this.id, boot: this.#boot, cluster: 'test', keyring, seeds, metadata: '{}' },
      listen: { host: this.#host, port: Number(address.split(':')[1]) },
      advertise: address,
      ...(how.openSocket && { openSocket: how.openSocket }),
      clock: systemClock,
      random: systemRandom,
      log: quiet,
      onChange: (change) => {
        this.sharing?.changed(change.id, change.is)
        how.onChange?.(change)
      },
      onRefused: (by) => how.onRefused?.(by),
    })
  }

  #share(keyring: Keyring): void {
    const { membership, id } = this
    this.live = createLive({ clock: systemClock, peer: id })
    this.sharing = new LiveSharing({
      live: this.live,
      self: id,
      runOf: (peer) => membership.peers.find((known) => known.id === peer)?.contact.run,
      openMesh: (wish) => {
        this.mesh = new Mesh({
          ...wish,
          self: { peer: id, run: membership.self.contact?.run ?? '' },
          keyring,
          clock: systemClock,
          peers: () =>
            membership.peers.map(({ id: peer, contact, state }) => ({
              id: peer,
              address: contact.address,
              isThere: state === 'alive' || state === 'suspect',
            })),
        })
        return this.mesh
      },
      clock: systemClock,
      log: quiet,
    })
  }
}
