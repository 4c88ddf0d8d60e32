// One channel of a connection: bytes and requests both ways within the windows of RFC 4254, 5. What is to be sent waits
// here in order until the client's window and the wire have room; whoever sends is asked to wait above a mark.

import { Message, type OpenFailure } from './messages.ts'
import { type PacketReader, packet, protocolError } from './packet.ts'
import { InboundWindow } from './window.ts'
import type { Wire } from './wire.ts'

/** Below this a client makes us send a packet for each few bytes: 1 blocked the process for seconds, 0 for ever. */
export const MIN_PACKET_BYTES = 1024
/** What we take and send in one packet: more than RFC 4253, 6.1 asks, and all that ssh2 reads. */
export const MAX_PACKET_BYTES = 32 * 1024
const MAX_WINDOW = 2 ** 32 - 1
/** A sender is asked to wait when so much is waiting, bytes. */
const HIGH_WATER_BYTES = 256 * 1024

export interface RemoteEnd {
  readonly id: number
  readonly windowBytes: number
  readonly packetBytes: number
}

/** Who serves the channel. */
export interface ChannelServer {
  onData(bytes: Buffer): void
  onEof(): void
  /** The client's close, or the end of the connection. */
  onClosed(): void
  /** More may be sent. */
  onDrain(): void
  /** Whether it is granted. Where this is absent, nothing is. */
  onRequest?(type: string, body: PacketReader): boolean
}

type Waiting = { bytes: Buffer; isError: boolean } | (() => void)

export class Channel {
  readonly id: number
  readonly window: InboundWindow
  readonly #wire: Wire
  readonly #remote: RemoteEnd
  readonly #waitForWire: (channel: Channel) => void
  readonly #onOver: () => void
  #server: ChannelServer | undefined
  /** At most a window's worth. */
  readonly #early: Buffer[] = []
  #openBytes: number
  #waiting: Waiting[] = []
  #waitingBytes = 0
  #wasRefused = false
  #isFlushing = false
  #isEofSent = false
  #isCloseSent = false
  #isEofHere = false
  #isCloseHere = false

  constructor(
    id: number,
    remote: RemoteEnd,
    windowBytes: number,
    {
      wire,
      waitForWire,
      onOver,
    }: {
      wire: Wire
      /** Calls `flush` when the wire takes data again. */
      waitForWire: (channel: Channel) => void
      /** Both sides have closed. */
      onOver: () => void
    },
  ) {
    this.id = id
    this.window = new InboundWindow(windowBytes)
    this.#remote = remote
    this.#openBytes = remote.windowBytes
    this.#wire = wire
    this.#waitForWire = waitForWire
    this.#onOver = onOver
  }

  /** The client has closed, or the connection is gone. */
  get isClosed(): boolean {
    return this.#isCloseHere
  }

  /** What came before the first server, such as the greeting of a port that speaks first, it is given at once. */
  serve(server: ChannelServer): void {
    const isFirst = this.#server === undefined
    this.#server = server
    if (!isFirst) return
    for (const bytes of this.#early.splice(0)) server.onData(bytes)
    if (this.#isEofHere) server.onEof()
  }

  /** False when the sender shall wait for `onDrain`. What is sent after the end or the close goes nowhere. */
  send(bytes: Buffer, isError = false): boolean {
    if (bytes.length > 0 && !this.#isEofSent && !this.#isCloseSent) {
      this.#waiting.push({ bytes, isError })
      this.#waitingBytes += bytes.length
      this.#flushSoon()
    }
    this.#wasRefused = this.#waitingBytes >= HIGH_WATER_BYTES
    return !this.#wasRefused
  }

  /** Calls `then` when all that was sent before has left. */
  afterSent(then: () => void): void {
    this.#waiting.push(then)
    this.flush()
  }

  /** What comes in one turn goes out in full packets: links hand on 16 kB at a time, and each packet costs. */
  #flushSoon(): void {
    if (this.#isFlushing) return
    this.#isFlushing = true
    process.nextTick(() => {
      this.#isFlushing = false
      this.flush()
    })
  }

  /** A request of ours without an answer, such as the exit status; in order with the data. */
  request(type: string, ...fields: readonly (string | number | boolean)[]): void {
    this.afterSent(() =>
      this.#control(packet(Message.channelRequest, this.#remote.id, type, false, ...fields)),
    )
  }

  eof(): void {
    this.afterSent(() => {
      if (this.#isEofSent) return
      this.#isEofSent = true
      this.#control(packet(Message.channelEof, this.#remote.id))
    })
  }

  /** Closes after what was sent before. */
  close(): void {
    this.afterSent(() => this.closeNow())
  }

  /** Closes without what still waits. */
  closeNow(): void {
    if (this.#isCloseSent) return
    this.#waiting = []
    this.#waitingBytes = 0
    this.#control(packet(Message.channelClose, this.#remote.id))
    this.#isCloseSent = true
    if (this.#isCloseHere) this.#onOver()
  }

  /** `bytes` of what the client sent have been taken. */
  taken(bytes: number): void {
    const wider = this.window.read(bytes)
    if (wider > 0 && !this.#isEofHere && !this.#isCloseHere) {
      this.#control(packet(Message.channelWindowAdjust, this.#remote.id, wider))
    }
  }

  /** Sends what there is room for. */
  flush(): void {
    for (;;) {
      const [next] = this.#waiting
      if (next === undefined) break
      if (typeof next === 'function') {
        this.#waiting.shift()
        next()
      } else if (!this.#sendSome(next)) break
    }
    if (this.#wasRefused && this.#waitingBytes < HIGH_WATER_BYTES) {
      this.#wasRefused = false
      this.#server?.onDrain()
    }
  }

  dataCame(bytes: Buffer, isError: boolean): void {
    if (bytes.length > MAX_PACKET_BYTES) throw protocolError('a data packet is too large')
    if (this.#isEofHere) throw protocolError('data came after the end of it')
    if (!this.window.take(bytes.length)) throw protocolError('it ignores our window')
    // Clients have no second input; what is closed takes nothing.
    if (isError || this.#isCloseSent) this.taken(bytes.length)
    else if (bytes.length === 0) return
    else if (this.#server) this.#server.onData(bytes)
    else this.#early.push(Buffer.from(bytes))
  }

  windowCame(bytes: number): void {
    this.#openBytes += bytes
    if (this.#openBytes > MAX_WINDOW) throw protocolError('its window is larger than can be')
    this.flush()
  }

  eofCame(): void {
    if (this.#isEofHere) return
    this.#isEofHere = true
    this.#server?.onEof()
  }

  closeCame(): void {
    if (this.#isCloseHere) return
    this.#isCloseHere = true
    const isOver = this.#isCloseSent
    this.#server?.onClosed()
    if (isOver) this.#onOver()
    else this.closeNow()
  }

  requestCame(type: string, isReplyWanted: boolean, body: PacketReader): void {
    const isDone = this.#server?.onRequest?.(type, body) ?? false
    const answer = isDone ? Message.channelSuccess : Message.channelFailure
    if (isReplyWanted) this.#control(packet(answer, this.#remote.id))
  }

  /** The connection is gone. */
  lost(): void {
    if (this.#isCloseHere) return
    this.#isCloseHere = true
    this.#isCloseSent = true
    this.#waiting = []
    this.#server?.onClosed()
  }

  #control(payload: Buffer): void {
    if (!this.#isCloseSent) this.#wire.send(payload)
  }

  /** False when the rest has to wait. */
  #sendSome(next: { bytes: Buffer; isError: boolean }): boolean {
    if (this.#wire.isFull) {
      this.#waitForWire(this)
      return false
    }
    const most = Math.min(this.#openBytes, this.#remote.packetBytes, MAX_PACKET_BYTES)
    if (most === 0) return false
    const parts = this.#takeParts(next.isError, most)
    this.#wire.sendData(this.#remote.id, parts, next.isError)
    return true
  }

  /** The oldest bytes of one kind, out of the queue. */
  #takeParts(isError: boolean, most: number): Buffer[] {
    const parts: Buffer[] = []
    let left = most
    while (left > 0) {
      const [next] = this.#waiting
      if (next === undefined || typeof next === 'function' || next.isError !== isError) break
      const part = next.bytes.subarray(0, left)
      if (part.length === next.bytes.length) this.#waiting.shift()
      else next.bytes = next.bytes.subarray(part.length)
      left -= part.length
      parts.push(part)
    }
    this.#openBytes -= most - left
    this.#waitingBytes -= most - left
    return parts
  }
}

export function refusal(remoteId: number, reason: OpenFailure, sentence: string): Buffer {
  return packet(Message.channelOpenFailure, remoteId, reason, sentence, '')
}
