// A whole cluster with data in one process under one seed: databases, the peers on them, and the streams between them,
// which keep their order and break without warning.

import { decode, encode } from '../../../server/cluster/replica/codec.ts'
import { Context } from '../../../server/cluster/replica/context.ts'
import type { Span } from '../../../server/cluster/replica/delta.ts'
import type { Effect } from '../../../server/cluster/replica/effect.ts'
import type { Message } from '../../../server/cluster/replica/message.ts'
import { Agenda } from '../agenda.ts'
import type { Chance } from '../chance.ts'
import { Network } from '../network.ts'
import type { Breakage } from './broken.ts'
import { Database } from './database.ts'
import { Ledger } from './ledger.ts'
import { DataPeer } from './peer.ts'
import { Replica } from './replica.ts'

/** How often peers try to reach those they are not connected to, ms. */
const DIAL_MS = 250
/** One message in so many goes through its bytes, which is slow. */
const CODED = 1 / 16

/** One word to a member in so many is lost. */
const UNTOLD = 0.3

/** The purge of tombstones, ms of virtual time: far too early, so that floors matter. */
const PURGE_EVERY_MS = 1500
const SNAPSHOT_EVERY_MS = 2000

interface Connection {
  readonly since: number
  /** When the last message of each direction arrives: a stream keeps its order. */
  readonly arrivesMs: [number, number]
}

export class DataWorld {
  readonly agenda = new Agenda()
  readonly network: Network
  readonly databases: Database[] = []
  readonly peers: DataPeer[] = []
  readonly ledger: Ledger
  /** Bytes of each message that is sent while this is there. */
  metered: { readonly type: string; readonly bytes: number }[] | undefined
  comparisons = 0
  readonly #chance: Chance
  readonly #breakage: Breakage
  readonly #connections = new Map<string, Connection>()
  readonly #purgeAgeMs: number
  readonly #isMixed: boolean
  #origins = 0
  #trace = 0x811c9dc5

  constructor(chance: Chance, breakage: Breakage) {
    this.#chance = chance
    this.#breakage = breakage
    this.#purgeAgeMs = chance.pick([500, 2000, 6000, 60_000])
    this.#isMixed = chance.hits(0.4)
    const databases = chance.whole(2, 4)
    for (let i = 0; i < databases; i++) this.#addDatabase(chance.hits(0.25) ? 2 : 1)
    this.network = new Network(this.agenda, chance.split(), this.peers.length)
    this.ledger = new Ledger(this.databases)
    for (const peer of this.peers) this.agenda.at(chance.between(0, 500), () => peer.start())
    this.#everyNowAndThen()
  }

  newOrigin(): string {
    this.#origins += 1
    return (0xa000 + this.#origins).toString(16).padStart(16, '0')
  }

  get trace(): string {
    return (this.#trace >>> 0).toString(16)
  }

  /** Both ends hear of it, and what was under way is lost. */
  disconnect(a: number, b: number): void {
    const key = a < b ? `${a}-${b}` : `${b}-${a}`
    if (!this.#connections.delete(key)) return
    this.peers[a]?.step({ type: 'disconnected', peer: `p${b}` })
    this.peers[b]?.step({ type: 'disconnected', peer: `p${a}` })
  }

  /** A process that dies takes its streams with it. */
  crash(peer: DataPeer): void {
    peer.crash()
    for (const other of this.peers) this.disconnect(peer.position, other.position)
  }

  /** What no member remembers of a database that went back may be lost. */
  wentBack(database: Database, before: Context): void {
    const members = this.peers.filter((peer) => peer.database === database && peer.isUp)
    const remembered = database.replica.heard.copy()
    for (const { replica } of members) remembered.union(replica.heard)
    this.ledger.wentBack(database, before, remembered)
    if (remembered.missingFrom(before).length > 0) database.history += 1
  }

  /** One word in so many is lost on its way to the other members. */
  #moved(by: DataPeer): void {
    const others = this.peers.filter((peer) => peer !== by && peer.database === by.database)
    for (const other of others) {
      if (this.#chance.hits(UNTOLD)) continue
      this.agenda.after(this.#chance.between(1, 5), () => other.moved())
    }
  }

  #addDatabase(members: number): void {
    const { agenda } = this
    const replica = new Replica(this.newOrigin())
    replica.faults = this.#breakage.faults ?? {}
    const answersEarly = this.#breakage.answersEarly === true
    const parts = { agenda, chance: this.#chance.split(), answersEarly }
    const database = new Database(this.databases.length, replica, parts)
    this.databases.push(database)
    for (let i = 0; i < members; i++) this.#addPeer(database, members > 1)
  }

  #addPeer(database: Database, isShared: boolean): void {
    const peer = new DataPeer(this.peers.length, database, {
      agenda: this.agenda,
      chance: this.#chance.split(),
      breakage: this.#breakage,
      isMixed: this.#isMixed,
      send: (from, to, message) => this.#send(from, to, message),
      said: (from, effects) => this.#said(from, effects),
      wrote: (by, dot, writes, delta) => {
        this.#note(`${dot.origin}.${dot.seq}`)
        this.ledger.wrote(by, dot, writes, delta)
      },
      changed: (changed) => this.ledger.changed(changed),
      newOrigin: () => this.newOrigin(),
      moved: (by) => this.#moved(by),
      forgot: (of, memory) => this.wentBack(of, memory.heard),
    })
    peer.isShared = isShared
    this.peers.push(peer)
  }

  #everyNowAndThen(): void {
    this.agenda.after(DIAL_MS, () => {
      this.#dial()
      this.#everyNowAndThen()
    })
    if (this.agenda.nowMs > 0) return
    const purge = () => {
      for (const peer of this.peers) if (peer.isUp) peer.purge(this.#purgeAgeMs)
      this.agenda.after(PURGE_EVERY_MS, purge)
    }
    const snapshot = () => {
      for (const database of this.databases) database.snapshot()
      this.agenda.after(SNAPSHOT_EVERY_MS, snapshot)
    }
    purge()
    snapshot()
  }

  #dial(): void {
    for (const a of this.peers) {
      for (const b of this.peers) {
        if (a.position >= b.position || a.database === b.database) continue
        const key = `${a.position}-${b.position}`
        const canTalk = a.isUp && b.isUp && this.network.passesBothWays(a.position, b.position)
        if (!canTalk) this.disconnect(a.position, b.position)
        else if (!this.#connections.has(key)) {
          this.#connections.set(key, { since: this.agenda.nowMs, arrivesMs: [0, 0] })
          a.step({ type: 'connected', peer: b.name })
          b.step({ type: 'connected', peer: a.name })
        }
      }
    }
  }

  #send(from: DataPeer, to: string, message: Message): void {
    const target = this.peers[Number(to.slice(1))]
    if (!target) return
    const isFirst = from.position < target.position
    const key = isFirst
      ? `${from.position}-${target.position}`
      : `${target.position}-${from.position}`
    const connection = this.#connections.get(key)
    if (!connection) return
    this.metered?.push({ type: message.type, bytes: encode(message).length })
    const way = isFirst ? 0 : 1
    const { delayMin, delayMax, loss } = this.network.weather
    let delayMs = this.#chance.between(delayMin, delayMax)
    while (this.#chance.hits(loss)) delayMs += 200
    connection.arrivesMs[way] = Math.max(connection.arrivesMs[way], this.agenda.nowMs + delayMs)
    const carried = this.#chance.hits(CODED) ? decode(encode(message)) : message
    const { replica } = from.database
    const isTelling = message.type === 'push' || message.type === 'range'
    const reach = isTelling ? [replica.heard.copy(), replica.ahead.copy()] : []
    this.agenda.at(connection.arrivesMs[way], () => {
      if (this.#connections.get(key) !== connection || !target.isUp) return
      for (const context of reach) target.database.replica.ahead.union(context)
      target.step({ type: 'message', peer: from.name, message: carried })
    })
  }

  #said(peer: DataPeer, effects: readonly Effect[]): void {
    for (const effect of effects) {
      const what = effect.type === 'send' ? `${effect.to}${effect.message.type}` : effect.type
      this.#note(`${this.agenda.nowMs}:${peer.position}:${what}`)
      if (effect.type === 'comparing') this.comparisons += 1
      if (effect.type === 'acked') this.#acked(effect.by, effect.spans)
    }
  }

  #acked(by: string, spans: readonly Span[]): void {
    this.ledger.acked(this.peers[Number(by.slice(1))]?.database, Context.of(spans))
  }

  /** FNV-1a. */
  #note(text: string): void {
    for (let i = 0; i < text.length; i++) {
      this.#trace = Math.imul(this.#trace ^ text.charCodeAt(i), 0x01000193)
    }
  }
}
