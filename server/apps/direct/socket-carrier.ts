// A TCP connection of the peer's own to an app, as a carrier.

import type { OnReadOpts, Socket } from 'node:net'
import { SkeinError } from '#protocol/errors.ts'
import type { Carrier, CarrierEvents } from '../../../link/trunk/carrier.ts'

/**
 * What any of the sockets brings is read into here and copied before the next is read: memory of its own for each read,
 * which is made for its largest, costs more than the copy. Bytes.
 */
const READ_BUFFER = Buffer.allocUnsafeSlow(64 * 1024)

export class SocketCarrier implements Carrier {
  isClosed = false
  readonly #socket: Socket
  #events: CarrierEvents | undefined
  #onClose: () => unknown = () => undefined

  /** `connect` makes the socket; what it reads goes to `onread`, and so to whoever attaches. */
  constructor(connect: (onread: OnReadOpts) => Socket) {
    this.#socket = connect({
      buffer: READ_BUFFER,
      callback: (bytes) => this.#read(READ_BUFFER.subarray(0, bytes)),
    })
    this.#socket.on('drain', () => this.#events?.drained())
    this.#socket.on('end', () => this.#events?.ended())
    // A reset is told by the close.
    this.#socket.on('error', () => undefined)
    this.#socket.on('close', () => this.#close())
  }

  /** In place of whom it was said to before. */
  onClose(told: () => unknown): void {
    this.#onClose = told
  }

  attach(events: CarrierEvents): void {
    this.#events = events
  }

  write(bytes: Buffer | string): boolean {
    return this.#socket.write(bytes, 'latin1')
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  end(): void {
    this.#socket.end()
  }

  abort(): void {
    this.#close()
  }

  /** What is at the other end may be somebody else soon: no byte more goes there. */
  lose(): void {
    this.#close(new SkeinError('link_lost'))
  }

  /** Whether more may be read. */
  #read(bytes: Buffer): boolean {
    // An app that speaks before it is asked is none.
    if (this.#events) this.#events.data(Buffer.from(bytes))
    else this.abort()
    return true
  }

  #close(error?: Error): void {
    if (this.isClosed) return
    this.isClosed = true
    this.#socket.destroy()
    this.#onClose()
    this.#events?.closed(error)
  }
}
