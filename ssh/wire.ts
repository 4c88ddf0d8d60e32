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
import { DisconnectReason, Message, STANDARD_ERROR } from './messages.ts'
import { needsStrict, offerOf, SIGNATURE_ALGORITHMS, STRICT_SERVER } from './offer.ts'
import { packet, protocolError } from './packet.ts'
import { gcmPacket } from './packet-pool.ts'
import { turns } from './turns.ts'

/** Channels stop sending when so much is unsent, bytes: a keystroke's echo waits behind no more than this. */
const FULL_BYTES = 256 * 1024
/** Nothing is read any more when so much is unsent, bytes: answers to a client that asks and never reads. */
const CHOKED_BYTES = 1024 * 1024
/**
 * Input is parsed in pieces, and others get a turn after so many milliseconds: a chunk of 64 kB may hold 2,000 packets, of
 * which each costs up to 0.1 ms with its answer. Pieces are as large as takes well less than a turn: large while packets are,
 * since a packet that is cut costs a copy, and down to a dozen of the smallest.
 */
const TURN_MS = 1
const PIECE_MS = 0.25
const LARGE_PIECE_BYTES = 64 * 1024
const SMALL_PIECE_BYTES = 1024
/** Below it, on average of a turn, packets are a flood and not a transfer, and wait for a turn among floods. */
const SMALL_PACKET_BYTES = 1024
/** So few packets are none: who downloads sends little but wider windows, and a turn goes by with what they let out. */
const FEW_PACKETS = 8
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
  readonly clock: { monotonicMs(): number; delay(ms: number, signal?: AbortSignal): Promise<void> }
}

export class Wire {
  readonly #duplex: Duplex
  readonly #options: WireOptions
  readonly #events: WireEvents
  readonly #protocol: Protocol
  readonly #identification = new Identification()
  readonly #rekeys: Bucket
  /** The key exchanges that we offered. */
  #exchanges: readonly string[] = []
  /** What was read and not parsed yet. */
  #input: Buffer | undefined
  #isResting = false
  #isCorked = false
  #isOver = false
  /** Keys have been exchanged once. */
  #isReady = false
  #pieceBytes = SMALL_PIECE_BYTES
  #packetsOfKeys = 0
  /** Packets and bytes of this turn. */
  #packets = 0
  #bytes = 0

  constructor(duplex: Duplex, options: WireOptions, events: WireEvents) {
    this.#duplex = duplex
    this.#options = options
    this.#events = events
    this.#rekeys = new Bucket(REKEYS.perSecond, REKEYS.burst, () => options.clock.monotonicMs())
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

  send(payload: Buffer): void {
    if (this.#isOver) return
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
      const bytes = this.#identification.take(chunk)
      if (bytes.length === 0) return
      this.#input = this.#input ? Buffer.concat([this.#input, bytes]) : bytes
    } catch (caught) {
      this.#fail(caught)
      return
    }
    this.#parse()
  }

  /** Parses until the input is used up, the turn is over, or the client should first read its answers. */
  #parse(): void {
    const endMs = performance.now() + TURN_MS
    this.#packets = 0
    this.#bytes = 0
    while (this.#input && !this.#isOver && !this.#isResting) {
      if (this.#duplex.writableNeedDrain && this.#duplex.writableLength > CHOKED_BYTES) {
        this.#duplex.pause()
        return
      }
      const piece = this.#input.subarray(0, this.#pieceBytes)
      this.#input =
        piece.length < this.#input.length ? this.#input.subarray(piece.length) : undefined
      this.#parsePiece(piece)
      if (this.#input && performance.now() > endMs) this.#rest()
    }
  }

  #parsePiece(piece: Buffer): void {
    const beganMs = performance.now()
    this.#bytes += piece.length
    try {
      this.#protocol.parse(piece, 0, piece.length)
    } catch (caught) {
      this.#fail(caught)
    }
    const isLong = performance.now() - beganMs > PIECE_MS
    const bytes = isLong ? this.#pieceBytes / 4 : this.#pieceBytes * 2
    this.#pieceBytes = Math.min(Math.max(bytes, SMALL_PIECE_BYTES), LARGE_PIECE_BYTES)
  }

  #rest(): void {
    this.#isResting = true
    this.#duplex.pause()
    const goOn = () => {
      this.#isResting = false
      this.#resume()
    }
    const isFlood = this.#packets > FEW_PACKETS && this.#bytes < this.#packets * SMALL_PACKET_BYTES
    if (isFlood) turns.next(goOn)
    else setImmediate(goOn)
  }

  #resume(): void {
    this.#parse()
    if (!this.#input && !this.#isResting) this.#duplex.resume()
  }

  #drained(): void {
    if (this.#isOver) return
    if (this.#duplex.isPaused() && !this.#isResting) this.#resume()
    if (!this.isFull) this.#events.onDrain()
  }

  /** What it answers is ssh2's: undefined goes on, Infinity stops reading this piece. */
  #payloadCame(payload: Buffer, handle: (payload: Buffer) => unknown): unknown {
    if (this.#isOver) return Number.POSITIVE_INFINITY
    this.#packets++
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
    this.#input = undefined
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
