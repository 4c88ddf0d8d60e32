// A peer of which nothing runs but membership and records, over real links and a store in memory: for what peers tell each
// other of what was written.

import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { newId, type PeerId } from '#protocol/ids.ts'
import { systemClock, systemRandom } from '../../server/clock.ts'
import { Membership } from '../../server/cluster/membership.ts'
import { RecordsSharing } from '../../server/cluster/records/sharing.ts'
import { takeOver } from '../../server/cluster/records/take-over.ts'
import { Keyring } from '../../server/cluster/seal/keyring.ts'
import { Mesh } from '../../server/cluster/wire/mesh.ts'
import { Links } from '../../server/links/links.ts'
import { createLive } from '../../server/live/table.ts'
import { openRecords, type ReplicatedRecords } from '../../server/records/open.ts'
import type { Change } from '../../server/records/records.ts'
import { MemoryStore } from '../../server/store/memory.ts'

const quiet = { debug() {}, info() {}, warn() {}, error() {} } as never
const parts = { clock: systemClock, random: systemRandom, log: quiet }

export class RecordsPeer {
  readonly id = newId<'peer'>()
  readonly store: MemoryStore
  /** Who says to have the same database. */
  isMember: (peer: PeerId) => boolean = () => false
  readonly #keyring: Keyring
  records!: ReplicatedRecords
  sharing!: RecordsSharing
  mesh!: Mesh
  #membership!: Membership
  #links!: Links
  #server!: Server
  #boot = 0

  constructor(secret: Buffer, store = new MemoryStore()) {
    this.store = store
    this.#keyring = new Keyring(secret)
  }

  get address(): string {
    const address = this.#server.address()
    return `127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
  }

  /** What a peer does with a join token and an empty database. */
  async takeOver(addresses: readonly string[], isComplete: () => boolean): Promise<void> {
    await this.open()
    const self = { peer: this.id, run: 'joining' }
    const options = { sharing: this.sharing, addresses, self, keyring: this.#keyring, isComplete }
    await takeOver({ ...options, ...parts })
  }

  /** Its database, without any network. */
  async open(): Promise<void> {
    const store = this.store.reopen()
    this.records = await openRecords({ store, ...parts })
    const actor = { kind: 'peer', id: this.id, name: 'test' } as const
    const { records } = this
    this.sharing = new RecordsSharing({ records, replica: records.replica, actor, ...parts })
  }

  async start(seeds: readonly string[], port = 0): Promise<this> {
    if (!this.records) await this.open()
    this.#boot++
    this.#server = createServer()
    this.#server.listen(port, '127.0.0.1')
    await once(this.#server, 'listening')
    await this.#join(seeds)
    this.sharing.open(
      (wish) => {
        this.mesh = new Mesh({
          ...wish,
          self: { peer: this.id, run: this.#membership.self.contact?.run ?? '' },
          keyring: this.#keyring,
          clock: systemClock,
          peers: () =>
            this.#membership.peers.map(({ id, contact, state }) => ({
              id,
              address: contact.address,
              isThere: state === 'alive' || state === 'suspect',
            })),
        })
        return this.mesh
      },
      (peer) => this.isMember(peer),
    )
    return this
  }

  write(...changes: Change[]): Promise<void> {
    return this.records.transact(() => ({ changes, result: undefined }))
  }

  /** Ends as a killed process does: without a word. */
  async kill(): Promise<void> {
    await this.#membership?.close()
    await this.sharing.close()
    await this.#links?.close()
    await this.records.close()
    this.#server?.closeAllConnections()
    this.#server?.close()
  }

  async #join(seeds: readonly string[]): Promise<void> {
    const { address, id } = this
    this.#membership = await Membership.start({
      ...{ id, boot: this.#boot, cluster: 'test', keyring: this.#keyring, seeds, metadata: '{}' },
      listen: { host: '127.0.0.1', port: Number(address.split(':')[1]) },
      advertise: address,
      ...parts,
      onChange: () => this.mesh?.reconcile(),
      onRefused: () => undefined,
    })
    this.#links = new Links({
      ...{ agentKey: () => undefined, live: createLive({ clock: systemClock }), ...parts },
      peers: {
        keyOf: (identity) => this.#membership.keyOf(identity),
        accepted: (identity, connection) => {
          if (identity.lane === 'bulk') this.mesh.accepted(identity, connection)
          else this.#membership.accepted(identity, connection)
        },
      },
    })
    this.#server.on('upgrade', (request, socket, head) =>
      this.#links.handleUpgrade(request, socket, head),
    )
  }
}

/** As a type for tests that hold several. */
export type { PeerId }
