// Drives the membership machine with real time, sockets and chance, and tells the rest of the peer what it concludes.

import type { ClientHttp2Session } from 'node:http2'
import type { PeerId } from '#protocol/ids.ts'
import type { PeerIdentity } from '#protocol/link.ts'
import type { Connection } from '../../link/connection.ts'
import type { Clock, Random } from '../clock.ts'
import type { Log } from '../log.ts'
import type { Keyring } from './seal/keyring.ts'
import { type Refusal, SEAL_BYTES, Sealer } from './seal/seal.ts'
import { Malformed } from './swim/bytes.ts'
import type { Claim, Contact, PeerState } from './swim/claim.ts'
import { decode, encode } from './swim/codec.ts'
import type { Carrier, Effect } from './swim/effect.ts'
import { MAX_DATAGRAM_BYTES } from './swim/limits.ts'
import { type Input, Swim } from './swim/swim.ts'
import { Datagrams, type OpenSocket } from './wire/datagrams.ts'
import { PeerLines } from './wire/lines.ts'

/** Bytes that name a process: a sender of sealed datagrams, and a run in its contact. */
const RUN_BYTES = 8
/** How long a leaver stays to be heard, ms: three rounds of gossip and a little. */
const FAREWELL_MS = 700

export interface KnownPeer {
  readonly id: PeerId
  readonly state: PeerState
  readonly sinceMs: number
  readonly contact: Contact
  /** Who said so. */
  readonly by: PeerId
  readonly roundTripMs?: number
  readonly clockOffsetMs?: number
}

export interface Change {
  readonly id: PeerId
  readonly was: PeerState | undefined
  readonly is: PeerState
  readonly by: PeerId
}

export interface MembershipOptions {
  readonly id: PeerId
  readonly boot: number
  /** Bound into every datagram: two clusters with one key do not hear each other. */
  readonly cluster: string
  readonly keyring: Keyring
  readonly listen: { readonly host: string; readonly port: number }
  /** `host:port` at which others reach both our datagrams and our port for links. */
  readonly advertise: string
  readonly metadata: string
  readonly seeds: readonly string[]
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** Where not the system's: tests and benches lose datagrams here. */
  readonly openSocket?: OpenSocket
  readonly onChange: (change: Change) => void
  /** Another process has our id. This peer must end. */
  readonly onRefused: (by: PeerId) => void
}

interface Measured {
  readonly roundTripMs: number
  readonly clockOffsetMs: number
}

export class Membership {
  readonly #options: MembershipOptions
  readonly #swim: Swim
  readonly #lines: PeerLines
  readonly #datagrams: Datagrams | undefined
  readonly #measured = new Map<PeerId, Measured>()
  readonly #since = new Map<PeerId, number>()
  readonly #refusals = new Map<Refusal | 'malformed', number>()
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  private constructor(options: MembershipOptions, wire: Wire) {
    this.#options = options
    this.#lines = wire.lines
    this.#datagrams = wire.datagrams
    const { id, boot, advertise: address, metadata, random } = options
    const contact = { run: wire.run, address, metadata }
    this.#swim = new Swim({ self: { id, boot, contact }, random: fractions(random) })
    wire.hear = (bytes, from, over) => this.#received(bytes, from, over)
    wire.refuse = (reason) => this.#count(reason)
    this.#step({ type: 'join', seeds: options.seeds })
  }

  /** Where UDP cannot be had everything goes over the control connections, and the log says so. */
  static async start(options: MembershipOptions): Promise<Membership> {
    return new Membership(options, await openWire(options))
  }

  get self(): Claim {
    return this.#swim.self
  }

  /** Everybody else that was ever heard of, dead ones too. */
  get peers(): readonly KnownPeer[] {
    return this.#swim.members.map(({ claim }) => {
      const sinceMs = this.#since.get(claim.id) ?? this.#options.clock.nowMs()
      const { id, state, contact, by } = claim
      return { id, state, sinceMs, contact, by, ...this.#measured.get(id) }
    })
  }

  /** Messages that were refused, by reason. */
  get refusals(): ReadonlyMap<string, number> {
    return this.#refusals
  }

  /** Bytes of datagrams that went out. */
  get sentBytes(): number {
    return this.#datagrams?.sentBytes ?? 0
  }

  /** Addresses to try as long as nobody is known; those of before are forgotten. */
  join(seeds: readonly string[]): void {
    this.#step({ type: 'join', seeds })
  }

  say(metadata: string): void {
    if (metadata !== this.#swim.self.contact?.metadata) this.#step({ type: 'metadata', metadata })
  }

  keyOf(identity: PeerIdentity): Buffer | undefined {
    return this.#lines.keyOf(identity)
  }

  accepted(identity: PeerIdentity, connection: Connection<ClientHttp2Session>): void {
    this.#lines.accepted(identity, connection)
  }

  /** Says goodbye, so that nobody has to find out; resolves when it was heard or could have been. */
  async leave(): Promise<void> {
    this.#step({ type: 'leave' })
    await this.#options.clock.delay(FAREWELL_MS)
    await this.close()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    this.#lines.close()
    await this.#datagrams?.close()
  }

  #received(bytes: Buffer, from: string, over: Carrier): void {
    try {
      this.#step({ type: 'message', message: decode(bytes), from, over })
    } catch (error) {
      if (!(error instanceof Malformed)) throw error
      this.#count('malformed')
    }
  }

  #step(input: Input): void {
    if (this.#isClosed) return
    const { clock } = this.#options
    const now = { monotonicMs: clock.monotonicMs(), wallMs: clock.nowMs() }
    for (const effect of this.#swim.step(now, input)) this.#perform(effect)
    clearTimeout(this.#timer)
    const waitMs = Math.max(0, Math.ceil(this.#swim.wakeAtMs - clock.monotonicMs()))
    if (Number.isFinite(waitMs))
      this.#timer = setTimeout(() => this.#step({ type: 'tick' }), waitMs)
  }

  #perform(effect: Effect): void {
    const { log, clock, onChange, onRefused } = this.#options
    switch (effect.type) {
      case 'send':
        this.#send(effect.to, effect.over, encode(effect.message))
        return
      case 'changed': {
        const { id, was, is, by } = effect
        this.#since.set(id, clock.nowMs())
        log.info({ peer: id, was, is, by }, 'a peer’s state has changed')
        onChange({ id, was, is, by })
        return
      }
      case 'measured': {
        const { id, roundTripMs, offsetMs: clockOffsetMs } = effect
        this.#measured.set(id, { roundTripMs, clockOffsetMs })
        return
      }
      case 'refused':
        log.error({ by: effect.by }, 'another process has this peer’s id')
        onRefused(effect.by)
        return
      case 'duplicate':
        log.warn(
          { peer: effect.id, address: effect.address },
          'a second process of a peer was refused',
        )
    }
  }

  /** Somebody who came over a line is answered there, whatever the carrier. */
  #send(to: string, over: Carrier, bytes: Uint8Array): void {
    if (over === 'datagram' && this.#datagrams && !to.startsWith('#'))
      this.#datagrams.send(to, bytes)
    else this.#lines.send(to, bytes)
  }

  #count(reason: Refusal | 'malformed'): void {
    this.#refusals.set(reason, (this.#refusals.get(reason) ?? 0) + 1)
  }
}

/** The sockets, and where what they hear goes once there is a machine. */
interface Wire {
  readonly run: string
  readonly lines: PeerLines
  readonly datagrams: Datagrams | undefined
  hear: (bytes: Buffer, from: string, over: Carrier) => void
  refuse: (reason: Refusal) => void
}

async function openWire(options: MembershipOptions): Promise<Wire> {
  const { id: peerId, cluster, keyring, listen, clock, random, log } = options
  const sender = random(RUN_BYTES)
  const run = Buffer.from(sender).toString('hex')
  const nobody = (): void => undefined
  const heard = { hear: nobody as Wire['hear'], refuse: nobody as Wire['refuse'] }
  const lines = new PeerLines({
    peerId,
    run,
    keyring,
    clock,
    onMessage: (bytes, from) => heard.hear(bytes, from, 'stream'),
  })
  const sealer = new Sealer({ keyring, cluster, sender, maxBytes: MAX_DATAGRAM_BYTES + SEAL_BYTES })
  const datagrams = await Datagrams.open(listen, {
    openSocket: options.openSocket,
    sealer,
    clock,
    onMessage: (bytes, from) => heard.hear(bytes, from, 'datagram'),
    onRefused: (reason) => heard.refuse(reason),
  }).catch((err: unknown) => {
    log.warn({ err, ...listen }, 'no datagrams: membership goes over the control connections')
    return undefined
  })
  return Object.assign(heard, { run, lines, datagrams })
}

/** Numbers from 0 to below 1 out of random bytes. */
function fractions(random: Random): () => number {
  return () => Buffer.from(random(4)).readUInt32BE(0) / 2 ** 32
}
