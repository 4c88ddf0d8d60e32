// N peers' records in one process: a real database each on disk, real links on loopback, real time. Membership is real as
// well, so that they find and dial one another as everywhere.

import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newId, type PeerId } from '../protocol/ids.ts'
import { systemClock as clock, systemRandom as random } from '../server/clock.ts'
import { Membership } from '../server/cluster/membership.ts'
import { RecordsSharing } from '../server/cluster/records/sharing.ts'
import { Keyring } from '../server/cluster/seal/keyring.ts'
import { Mesh } from '../server/cluster/wire/mesh.ts'
import { Links } from '../server/links/links.ts'
import { createLive } from '../server/live/table.ts'
import type { Log } from '../server/log.ts'
import { openRecords, type ReplicatedRecords } from '../server/records/open.ts'
import type { Change } from '../server/records/records.ts'
import type { Replicable } from '../server/records/replicable.ts'
import { openSqliteStore } from '../server/store/sqlite/open.ts'
import type { Store } from '../server/store/store.ts'
import { eventually } from '../tests/support/eventually.ts'

const quiet = { debug() {}, info() {}, warn() {}, error() {} } as unknown as Log
const PATIENCE_MS = 60_000

export class ReplicaPeer {
  readonly id: PeerId = newId<'peer'>()
  readonly records: ReplicatedRecords
  /** While this holds, nothing that is written here is pushed: it must be found. */
  isMute = false
  readonly #folder: string
  readonly #store: Store
  readonly #seenMs = new Map<string, number>()
  readonly #server: Server = createServer()
  #links: Links | undefined
  #membership: Membership | undefined
  #sharing: RecordsSharing | undefined
  #mesh: Mesh | undefined

  private constructor(folder: string, store: Store, records: ReplicatedRecords) {
    this.#folder = folder
    this.#store = store
    this.records = records
    records.replica.onMerged(({ rows }) => {
      const nowMs = performance.now()
      for (const { id } of rows) this.#seenMs.set(id, nowMs)
    })
  }

  /** With an empty database, and alone. */
  static async open(): Promise<ReplicaPeer> {
    const folder = mkdtempSync(join(tmpdir(), 'skein-bench-replica-'))
    const store = await openSqliteStore({ folder, log: quiet })
    return new ReplicaPeer(folder, store, await openRecords({ store, clock, random, log: quiet }))
  }

  get address(): string {
    return this.#membership?.self.contact?.address ?? ''
  }

  get lines(): number {
    return this.#mesh?.lines.length ?? 0
  }

  /** Of messages between replicas, to all others. */
  get sentBytes(): number {
    return (this.#mesh?.lines ?? []).reduce((sum, { sentBytes }) => sum + sentBytes, 0)
  }

  async join(secret: Buffer, seeds: readonly ReplicaPeer[]): Promise<void> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    const address = this.#server.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const keyring = new Keyring(secret)
    const membership = await this.#meet(port, keyring, seeds)
    this.#membership = membership
    this.#share(keyring, membership)
    this.#links = new Links({
      agentKey: () => undefined,
      live: createLive({ clock }),
      clock,
      log: quiet,
      peers: {
        keyOf: (identity) => membership.keyOf(identity),
        accepted: (identity, connection) => {
          if (identity.lane === 'bulk') this.#mesh?.accepted(identity, connection)
          else membership.accepted(identity, connection)
        },
      },
    })
    const links = this.#links
    this.#server.on('upgrade', (request, socket, head) =>
      links.handleUpgrade(request, socket, head),
    )
  }

  async write(change: Change): Promise<void> {
    await this.records.transact(() => ({ changes: [change], result: undefined }))
  }

  /** When another's row was first here, monotonic ms. */
  seenMs(id: string): number | undefined {
    return this.#seenMs.get(id)
  }

  async close(): Promise<void> {
    await this.#membership?.close()
    await this.#sharing?.close()
    await this.#links?.close()
    this.#server.closeAllConnections()
    this.#server.close()
    await this.records.close()
    await this.#store.close()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #meet(port: number, keyring: Keyring, seeds: readonly ReplicaPeer[]): Promise<Membership> {
    return Membership.start({
      id: this.id,
      boot: 1,
      cluster: 'bench',
      keyring,
      listen: { host: '127.0.0.1', port },
      advertise: `127.0.0.1:${port}`,
      metadata: '{}',
      seeds: seeds.map(({ address }) => address),
      clock,
      random,
      log: quiet,
      onChange: () => this.#mesh?.reconcile(),
      onRefused: () => undefined,
    })
  }

  #share(keyring: Keyring, membership: Membership): void {
    const { records, id } = this
    const actor = { kind: 'peer', id, name: 'bench' } as const
    const replica = this.#mutable(records.replica)
    const sharing = new RecordsSharing({ records, replica, actor, clock, random, log: quiet })
    this.#sharing = sharing
    sharing.open((wish) => {
      this.#mesh = new Mesh({
        ...wish,
        self: { peer: id, run: membership.self.contact?.run ?? id },
        keyring,
        clock,
        peers: () =>
          membership.peers.map(({ id: peer, contact, state }) => ({
            id: peer,
            address: contact.address,
            isThere: state === 'alive' || state === 'suspect',
          })),
      })
      return this.#mesh
    })
  }

  /** The replica, but for what is not pushed while we are mute. */
  #mutable(replica: Replicable): Replicable {
    return new Proxy(replica, {
      get: (target, name) => {
        if (name !== 'follow') {
          const value: unknown = Reflect.get(target, name, target)
          return typeof value === 'function' ? value.bind(target) : value
        }
        return (hear: Parameters<Replicable['follow']>[0]) =>
          target.follow((delta) => {
            if (!this.isMute) hear(delta)
          })
      },
      set: (target, name, value) => Reflect.set(target, name, value, target),
    })
  }
}

/** Starts so many and connects each with each; `fill` writes to the first before it meets anybody. */
export async function startPeers(
  size: number,
  fill: (records: ReplicatedRecords) => Promise<void> = async () => undefined,
): Promise<readonly [ReplicaPeer, ...ReplicaPeer[]]> {
  const secret = Buffer.from(random(32))
  const first = await ReplicaPeer.open()
  await fill(first.records)
  await first.join(secret, [])
  const others: ReplicaPeer[] = []
  while (others.length < size - 1) {
    const peer = await ReplicaPeer.open()
    await peer.join(secret, [first])
    others.push(peer)
  }
  const peers = [first, ...others] as const
  await eventually(() => peers.every(({ lines }) => lines === size - 1), {
    timeoutMs: PATIENCE_MS,
    what: 'a line from each to each',
  })
  return peers
}
