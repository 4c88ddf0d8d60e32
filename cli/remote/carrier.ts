// Carries the bytes of something near (a pipe, a local connection) to something in a space, over WebSockets that come
// and go. The numbers are protocol/numbered's; here are the sockets, the waiting and the back-pressure.

import { randomBytes } from 'node:crypto'
import type { Readable, Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { WebSocket } from 'ws'
import { SkeinError, toSkeinError } from '#protocol/errors.ts'
import { ResumableClient, type ResumableEvent } from '#protocol/numbered/byte-client.ts'
import { FIRST_GIVE_UP_MS, GIVE_UP_MS, isPassing, waitMs } from './patience.ts'

/** What is read of the near side at once, bytes: below what may wait unacked. */
const MAX_PIECE_BYTES = 256 * 1024
/** A sleeping laptop's socket says nothing at all: asked so often, given up after that many ms of silence. */
const PING_INTERVAL_MS = 5000
const MAX_SILENT_MS = 15_000
/** How long the far side may take to end after the near one has gone, ms. */
const LAST_WORDS_MS = 2000
/** How long a server may take to answer a close, ms. */
const CLOSE_TIMEOUT_MS = 1000
/** The WebSocket close code of an orderly end (RFC 6455, 7.4.1). */
const NORMAL = 1000
/** Of a peer that drains. */
const SERVICE_RESTART = 1012
const QUIET_MS = 1000

export interface Near {
  readonly readable: Readable
  readonly writable: Writable
}

export interface CarrierOptions {
  readonly near: Near
  /** A paused socket whose other end relays to a stream of kind `resumable`. */
  readonly open: () => Promise<WebSocket>
  /** True: it is over when either side has ended, whatever the other still has. */
  readonly isOneConnection?: boolean
  /** Told when the connection was lost and when it is back. */
  readonly say?: (line: string) => void
}

const randomName = (): string => randomBytes(16).toString('base64url')

export class Carrier {
  readonly #options: CarrierOptions
  readonly #client = new ResumableClient({ stream: randomName(), client: randomName() })
  readonly #stop = new AbortController()
  #socket: WebSocket | undefined
  #wasAttached = false
  #seenMs = performance.now()
  #attempts = 0
  #isOver = false
  #isFarEnded = false
  #failure: SkeinError | undefined
  #lost: NodeJS.Timeout | undefined
  #isToldLost = false

  constructor(options: CarrierOptions) {
    this.#options = options
  }

  /** Resolves when both sides have ended; rejects with why it could not be connected or kept. */
  async run(): Promise<void> {
    this.#readNear()
    try {
      while (!this.#isOver) {
        const socket = await this.#connect()
        if (socket) await this.#serve(socket)
      }
    } finally {
      this.#stop.abort()
      clearTimeout(this.#lost)
    }
    if (this.#failure) throw this.#failure
  }

  /** Gives up at once; the far side is told when it can be. */
  cancel(): void {
    if (this.#client.isAttached) this.#send(this.#client.cancel())
    this.#finish()
  }

  async #connect(): Promise<WebSocket | undefined> {
    this.#attempts++
    await sleep(waitMs(this.#attempts), undefined, { signal: this.#stop.signal }).catch(
      () => undefined,
    )
    if (this.#isOver) return undefined
    try {
      return await this.#options.open()
    } catch (caught) {
      this.#missed(toSkeinError(caught))
      return undefined
    }
  }

  /** A connection that failed or was refused: reason enough to give up, or not. */
  #missed(error: SkeinError): void {
    const patienceMs = this.#wasAttached ? GIVE_UP_MS : FIRST_GIVE_UP_MS
    const isTooLate = performance.now() - this.#seenMs > patienceMs
    if (isTooLate || !isPassing(error)) this.#finish(error)
  }

  /** One connection; resolves when it is closed. */
  async #serve(socket: WebSocket): Promise<void> {
    if (this.#isOver) return socket.terminate()
    this.#socket = socket
    const alive = new Liveness(socket)
    const code = await new Promise<number>((resolve) => {
      socket.once('close', resolve)
      socket.on('message', (data: Buffer) => this.#receive(socket, data))
      socket.send(this.#client.attach())
      socket.resume()
    })
    alive.end()
    this.#socket = undefined
    // The far side is closed both ways, and we have all that it said: nobody is left to come back to.
    if (this.#isFarEnded && code === NORMAL) this.#finish()
    if (this.#isOver || !this.#client.isAttached) return
    this.#seenMs = performance.now()
    // A peer that drains has said where to go: nobody need hear of it, unless it takes its time.
    this.#lost = setTimeout(() => this.#tellLost(), code === SERVICE_RESTART ? QUIET_MS : 0)
  }

  #tellLost(): void {
    this.#lost = undefined
    if (this.#isOver) return
    this.#isToldLost = true
    this.#options.say?.('connection lost; trying again')
  }

  #receive(socket: WebSocket, data: Buffer): void {
    if (socket !== this.#socket || this.#isOver) return
    try {
      for (const event of this.#client.receive(data)) this.#act(event, socket)
      this.#finishWhenDone()
    } catch (caught) {
      this.#missed(toSkeinError(caught))
      socket.terminate()
    }
  }

  #act(event: ResumableEvent, socket: WebSocket): void {
    const { near } = this.#options
    switch (event.type) {
      case 'attached':
        this.#attached()
        break
      case 'output':
        this.#pass(event.bytes, socket)
        break
      case 'room':
        near.readable.resume()
        break
      case 'fin':
        this.#farEnded(event.ok)
        break
      case 'gone':
        this.#gone(event.lostBytes)
        break
      case 'error':
        this.#missed(event.error)
        socket.terminate()
        break
    }
  }

  /** After its end that is only what was to be expected. */
  #gone(lostBytes: number): void {
    if (this.#isFarEnded) this.#finish()
    else this.#finish(new SkeinError('stream_gone', { bytes: lostBytes }))
  }

  #attached(): void {
    for (const frame of this.#client.resend()) this.#send(frame)
    clearTimeout(this.#lost)
    if (this.#isToldLost) this.#options.say?.('connected again; nothing was lost')
    this.#isToldLost = false
    this.#wasAttached = true
    this.#attempts = 0
  }

  /** The far side waits, through its acks and the socket, until the near side has taken it. */
  #pass(bytes: Uint8Array, socket: WebSocket): void {
    const { writable } = this.#options.near
    if (!writable.writable) return
    const hasRoom = writable.write(bytes, () => this.#passed(bytes.length))
    if (hasRoom) return
    socket.pause()
    writable.once('drain', () => socket.resume())
  }

  #passed(length: number): void {
    const ack = this.#client.consumed(length)
    if (ack) this.#send(ack)
  }

  #farEnded(isWhole: boolean): void {
    const { near, isOneConnection } = this.#options
    near.writable.end(() => {
      this.#passed(0)
      this.#isFarEnded = true
      if (!isWhole) this.#finish(new SkeinError('link_lost'))
      else if (isOneConnection) this.cancel()
      else this.#finishWhenDone()
    })
  }

  #readNear(): void {
    const { readable, writable } = this.#options.near
    readable.on('data', (bytes: Buffer) => {
      for (let at = 0; at < bytes.length; at += MAX_PIECE_BYTES) {
        this.#sendNumbered(this.#client.send(bytes.subarray(at, at + MAX_PIECE_BYTES)))
      }
      if (this.#client.isFull) readable.pause()
    })
    readable.once('end', () => {
      this.#sendNumbered(this.#client.end())
      this.#finishWhenDone()
      // ssh has no half of a connection: its input ends when it is gone.
      if (this.#options.isOneConnection) setTimeout(() => this.cancel(), LAST_WORDS_MS).unref()
    })
    const broke = (): void => this.cancel()
    readable.once('error', broke)
    writable.once('error', broke)
  }

  #finishWhenDone(): void {
    if (this.#client.isDone) this.#finish()
  }

  #sendNumbered(frame: Uint8Array): void {
    if (this.#client.isAttached) this.#send(frame)
  }

  #send(frame: Uint8Array): void {
    if (this.#socket?.readyState === this.#socket?.OPEN) this.#socket?.send(frame)
  }

  #finish(failure?: SkeinError): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#failure = failure
    this.#stop.abort()
    // What was sent last goes out before the close.
    const socket = this.#socket
    socket?.resume()
    socket?.close()
    setTimeout(() => socket?.terminate(), CLOSE_TIMEOUT_MS).unref()
  }
}

/** Ends a socket that has fallen silent without a close. */
class Liveness {
  readonly #timer: NodeJS.Timeout
  #heardMs = performance.now()

  constructor(socket: WebSocket) {
    const hear = (): void => {
      this.#heardMs = performance.now()
    }
    socket.on('pong', hear)
    socket.on('ping', hear)
    socket.on('message', hear)
    this.#timer = setInterval(() => {
      // While we do not read, silence is our own.
      if (socket.isPaused) hear()
      if (performance.now() - this.#heardMs > MAX_SILENT_MS) socket.terminate()
      else if (socket.readyState === socket.OPEN) socket.ping()
    }, PING_INTERVAL_MS)
  }

  end(): void {
    clearInterval(this.#timer)
  }
}
