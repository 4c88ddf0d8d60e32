// SSH's packets over any Duplex. ssh2's `Protocol` exchanges keys and encrypts; everything above that (logins, requests,
// channels) is ours, because ssh2's server stops for a packet size of 0, keeps all that a client sends past its window,
// repeats old output once two outputs have waited (mscdex/ssh2#1504, #1505) and never looks whether the client reads.

import './no-addon.ts'
import type { Duplex } from 'node:stream'
import kex from 'ssh2/lib/protocol/kex.js'
import Protocol, { type HostKey, type Negotiated } from 'ssh2/lib/protocol/Protocol.js'
import parts from 'ssh2/lib/protocol/utils.js'
import { SkeinError } from '#protocol/errors.ts'
import { Bucket } from './bucket.ts'
import { BASE, exchangesOf, HYBRID, isHybrid, makeHybrid } from './hybrid.ts'
import { Identification } from './identification.ts'
import { Intake } from './intake.ts'
import { DisconnectReason, Message, STANDARD_ERROR } from './messages.ts'
import { needsStrict, offerOf, SIGNATURE_ALGORITHMS, STRICT_SERVER } from './offer.ts'
import type { Pace, PaceRule } from './pace.ts'
import { packet, protocolError } from './packet.ts'
import { gcmPacket } from './packet-pool.ts'
import { prepareKeys } from './prepared-keys.ts'

/** Channels stop sending when so much is unsent, bytes: a keystroke's echo waits behind no more than this. */
const FULL_BYTES = 256 * 1024
/** Key exchanges: a few at once, one a second, and one for each so many packets (RekeyLimit of a client that copies). */
const REKEYS = { burst: 8, perSecond: 1, perPacket: 1 / 8 }
/** How long the last packets may take to leave, milliseconds. */
const LINGER_MS = 2000

export interface WireEvents {
  /** The first keys are in use. */
  onReady(): void
  /** A packet above the transport: types 5, 7 and from 50 on. What it throws ends the connection. */
  onPayload(type: number, payload: Buffer): void
  /** The wire takes data again. */
  onDrain(): void
  /** Once, at the end; without an error when the client took its leave. */
  onEnd(error?: SkeinError): void
}

export interface WireOptions {
  readonly hostKeys: Readonly<Record<string, HostKey>>
  readonly rekeyPackets: number
  readonly smallPackets: PaceRule
  /** Of all connections of the address; until `share` says whose it is. */
  readonly pace?: Pace
  readonly clock: { monotonicMs(): number; delay(ms: number, signal?: AbortSignal): Promise<void> }
}

export class Wire {
  readonly #duplex: Duplex
  readonly #options: WireOptions
  readonly #events: WireEvents
  readonly #protocol: Protocol
  readonly #identification = new Identification()
  readonly #rekeys: Bucket
  readonly #intake: Intake
  /** The key exchanges that we offered. */
  #exchanges: readonly string[] = []
  #isCorked = false
  #isOver = false
  /** Keys have been exchanged once. */
  #isReady = false
  #packetsOfKeys = 0

  constructor(duplex: Duplex, options: WireOptions, events: WireEvents) {
    this.#duplex = duplex
    this.#options = options
    this.#events = events
    this.#rekeys = new Bucket(REKEYS.perSecond, REKEYS.burst, () => options.clock.monotonicMs())
    const { clock, pace: sender, smallPackets: own } = options
    this.#intake = new Intake(duplex, { clock, own, sender, parse: (piece) => this.#parse(piece) })
    this.#protocol = this.#createProtocol()
    duplex.on('data', (chunk: Buffer) => this.#take(chunk))
    duplex.on('drain', () => this.#drained())
    duplex.on('end', () => this.#finish())
    duplex.on('close', () => this.#finish())
    // Whoever gave us the duplex may not listen; a reset connection must not end the process.
    duplex.on('error', () => this.#finish())
    this.#protocol.start()
  }

  /** Channels shall wait: keys are exchanged, or the client does not read. `onDrain` tells when that is over. */
  get isFull(): boolean {
    const { writableLength, writableNeedDrain } = this.#duplex
    return (
      this.#isOver ||
      this.#protocol._kexinit !== undefined ||
      (writableNeedDrain && writableLength >= FULL_BYTES)
    )
  }

  get isExchangingKeys(): boolean {
    return this.#protocol._kexinit !== undefined
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** The first exchange's hash, which logins are signed over. */
  get sessionId(): Buffer {
    return this.#protocol._kex?.sessionID ?? Buffer.alloc(0)
  }

  /** What comes from now on is paced with all that this sender sends elsewhere. */
  share(pace: Pace | undefined): void {
    this.#intake.share(pace)
  }

  send(payload: Buffer): void {
    if (this.#isOver) return
    this.#intake.spend()
    const { write } = this.#protocol._packetRW
    const at = write.allocStart
    const bytes = write.alloc(payload.length)
    bytes.set(payload, at)
    this.#put(write.finalize(bytes))
  }

  /** Data of a channel, copied once, into the packet that is then encrypted in its place. */
  sendData(channel: number, parts: readonly Buffer[], isError: boolean): void {
    if (this.#isOver) return
    const dataBytes = parts.reduce((sum, { length }) => sum + length, 0)
    const { write } = this.#protocol._packetRW
    this.#intake.earn(dataBytes)
    const headBytes = isError ? 13 : 9
    let at = write.allocStart
    const bytes = write.alloc(headBytes + dataBytes)
    bytes[at] = isError ? Message.channelExtendedData : Message.channelData
    at = bytes.writeUInt32BE(channel, at + 1)
    if (isError) at = bytes.writeUInt32BE(STANDARD_ERROR, at)
    at = bytes.writeUInt32BE(dataBytes, at)
    for (const part of parts) {
      bytes.set(part, at)
      at += part.length
    }
    this.#put(write.finalize(bytes))
  }

  /** Says why, and ends the connection. Does nothing when it is over. */
  disconnect(reason: DisconnectReason, error: SkeinError): void {
    if (this.#isOver) return
    const payload = packet(Message.disconnect, reason, `${error.message} (${error.code})`, '')
    const { write } = this.#protocol._packetRW
    const at = write.allocStartKEX
    const bytes = write.alloc(payload.length, true)
    bytes.set(payload, at)
    // Goes out at once, even while keys are exchanged.
    parts.sendPacket(this.#protocol, write.finalize(bytes, true), true)
    this.#finish(error)
  }

  #createProtocol(): Protocol {
    const { hostKeys } = this.#options
    const protocol = new Protocol({
      server: true,
      hostKeys,
      ident: 'Skein',
      offer: offerOf(Object.keys(hostKeys)),
      onWrite: (bytes) => this.#write(bytes),
      onError: (cause) => this.#finish(asProtocolError(cause)),
      onHeader: () => this.#makeOffer(),
      onHandshakeComplete: (negotiated) => this.#keysInUse(negotiated),
      messageHandlers: { DISCONNECT: () => this.#finish() },
    })
    const handle = protocol._onPayload
    protocol._onPayload = (payload) => this.#payloadCame(payload, handle)
    const complete = protocol._onHandshakeComplete
    protocol._onHandshakeComplete = (negotiated) => {
      if (negotiated.sc.cipher.includes('-gcm')) protocol._cipher.allocPacket = gcmPacket
      prepareKeys(protocol)
      if (protocol._kex?.remoteExtInfoEnabled && !this.#isReady) this.#sendExtensions()
      // Ours has no missing comma (`…nistp521rsa-sha2-512`) and no SHA-1.
      if (protocol._kex) protocol._kex.remoteExtInfoEnabled = false
      complete(negotiated)
    }
    return protocol
  }

  /** The client's first line is read; ssh2 is about to send our KEXINIT and to wait for its. */
  #makeOffer(): void {
    const offer = offerOf(Object.keys(this.#options.hostKeys))
    this.#exchanges = offer.kex
    const init = new kex.KexInit({ ...offer, kex: [...offer.kex, STRICT_SERVER] })
    // Offered, but chosen by us: ssh2 does not know it.
    init.lists.kex.array = offer.kex.filter((name) => name !== HYBRID)
    this.#protocol._offer = init
    const decipher = this.#protocol._decipher
    const handle = decipher._onPayload
    decipher._onPayload = (payload) =>
      payload[0] === Message.kexInit ? this.#negotiate(payload, handle) : handle(payload)
  }

  #negotiate(payload: Buffer, handle: (payload: Buffer) => unknown): unknown {
    const theirs = exchangesOf(payload)
    const answer = handle(payload)
    const protocol = this.#protocol
    if (protocol._kex?.negotiated.kex === BASE && isHybrid(theirs, this.#exchanges)) {
      makeHybrid(protocol._kex)
      // Its first guess was right after all.
      if (theirs[0] === HYBRID) protocol._skipNextInboundPacket = false
    }
    return answer
  }

  #sendExtensions(): void {
    this.send(packet(Message.extInfo, 1, 'server-sig-algs', SIGNATURE_ALGORITHMS.join(',')))
  }

  #put(bytes: Buffer): void {
    parts.sendPacket(this.#protocol, bytes)
    // After it: a packet that was begun with the old keys must not wait for the new ones.
    this.#countPacket()
  }

  #write(bytes: Buffer | string): void {
    if (this.#duplex.destroyed || this.#duplex.writableEnded) return
    if (!this.#isCorked) {
      this.#isCorked = true
      this.#duplex.cork()
      process.nextTick(() => {
        this.#isCorked = false
        this.#duplex.uncork()
      })
    }
    this.#duplex.write(bytes)
  }

  #take(chunk: Buffer): void {
    if (this.#isOver) return
    try {
      this.#intake.push(this.#identification.take(chunk))
    } catch (caught) {
      this.#fail(caught)
    }
  }

  #parse(piece: Buffer): void {
    try {
      this.#protocol.parse(piece, 0, piece.length)
    } catch (caught) {
      this.#fail(caught)
    }
  }

  #drained(): void {
    if (this.#isOver) return
    this.#intake.drained()
    if (!this.isFull) this.#events.onDrain()
  }

  /** What it answers is ssh2's: undefined goes on, Infinity stops reading this piece. */
  #payloadCame(payload: Buffer, handle: (payload: Buffer) => unknown): unknown {
    if (this.#isOver) return Number.POSITIVE_INFINITY
    this.#intake.count(payload.length)
    this.#countPacket()
    const type = payload[0]
    if (type === Message.kexInit) {
      if (!this.#rekeys.take()) throw protocolError('it exchanges keys too often')
      return this.#negotiate(payload, handle)
    }
    // An empty packet, IGNORE, UNIMPLEMENTED and DEBUG say nothing.
    if (type === undefined || (type > Message.disconnect && type < Message.serviceRequest)) return
    if (type === Message.disconnect) this.#finish()
    else if (isTransport(type)) throw protocolError(`a message of type ${type} here`)
    else this.#events.onPayload(type, payload)
    return this.#isOver ? Number.POSITIVE_INFINITY : undefined
  }

  /** Answers what we do not know, as RFC 4253, 11.4 asks. */
  sendUnimplemented(): void {
    const sequence = (this.#protocol._decipher.inSeqno - 1) >>> 0
    this.send(packet(Message.unimplemented, sequence))
  }

  #countPacket(): void {
    this.#rekeys.earn(REKEYS.perPacket)
    if (++this.#packetsOfKeys > this.#options.rekeyPackets && !this.isExchangingKeys) {
      this.#packetsOfKeys = 0
      this.#protocol.rekey()
    }
  }

  #keysInUse(negotiated: Negotiated): void {
    if (!this.#protocol._strictMode && needsStrict(negotiated)) {
      throw protocolError(
        'it offers only ciphers that need a strict key exchange, and no such exchange',
      )
    }
    this.#packetsOfKeys = 0
    if (!this.#isReady) {
      this.#isReady = true
      this.#events.onReady()
    }
    if (!this.isFull) this.#events.onDrain()
  }

  /** Whatever is thrown while a client's bytes are read ends that client's connection and nothing else. */
  #fail(caught: unknown): void {
    const error = asProtocolError(caught)
    try {
      this.disconnect(DisconnectReason.protocolError, error)
    } catch {
      // The ciphers are gone already.
      this.#finish(error)
    }
  }

  #finish(error?: SkeinError): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#intake.stop()
    this.#protocol.cleanup()
    this.#duplex.resume()
    this.#duplex.end()
    this.#linger()
    this.#events.onEnd(error)
  }

  /** A duplex that is closed at once may lose its last packets; one that stays open is closed here. */
  #linger(): void {
    const closed = new AbortController()
    if (this.#duplex.destroyed) return
    this.#duplex.once('close', () => closed.abort())
    this.#options.clock.delay(LINGER_MS, closed.signal).then(
      () => this.#duplex.destroy(),
      () => undefined,
    )
  }
}

/** Types 6 to 49 are the server's own, or belong to an exchange that is not under way. */
function isTransport(type: number): boolean {
  return type > Message.serviceRequest && type < Message.authRequest && type !== Message.extInfo
}

function asProtocolError(caught: unknown): SkeinError {
  if (caught instanceof SkeinError) return caught
  const reason = caught instanceof Error ? caught.message : 'a packet was not understood'
  return new SkeinError('ssh_protocol', { reason: reason.slice(0, 200) }, caught)
}
