// Datagrams of one UDP port of the space as a stream of bytes: each is u16 length (big-endian) and its bytes. A reader
// that is slow loses datagrams, as it would on any network; it never makes the agent keep them.

import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { Duplex } from 'node:stream'
import { SkeinError } from '#protocol/errors.ts'

const LENGTH_BYTES = 2
/** What IPv4 can carry: 65,535 less the headers. */
const MAX_DATAGRAM_BYTES = 65_507

type Done = (error?: Error | null) => void

/** Rejects with `nothing_listens` where there is not even an address to send to. */
export async function openDatagrams(port: number): Promise<Duplex> {
  const socket = createSocket('udp4')
  try {
    socket.connect(port, '127.0.0.1')
    await once(socket, 'connect')
  } catch (cause) {
    socket.close()
    throw new SkeinError('nothing_listens', { port }, cause)
  }
  return new Datagrams(socket)
}

class Datagrams extends Duplex {
  readonly #socket: Socket
  #held: Buffer = Buffer.alloc(0)
  #isFull = false

  constructor(socket: Socket) {
    super({ allowHalfOpen: true })
    this.#socket = socket
    socket.on('message', (bytes) => this.#received(bytes))
    // Nobody listens there now; somebody may later, and UDP promises neither.
    socket.on('error', () => undefined)
  }

  override _read(): void {
    this.#isFull = false
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk])
    while (this.#held.length >= LENGTH_BYTES) {
      const end = LENGTH_BYTES + this.#held.readUInt16BE(0)
      if (end - LENGTH_BYTES > MAX_DATAGRAM_BYTES) {
        done(new SkeinError('frame_invalid', { reason: 'a datagram that is too long' }))
        return
      }
      if (this.#held.length < end) break
      this.#socket.send(this.#held.subarray(LENGTH_BYTES, end), () => undefined)
      this.#held = this.#held.subarray(end)
    }
    done()
  }

  /** The client has ended: there is nobody to answer any more. */
  override _final(done: Done): void {
    this.push(null)
    done()
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#socket.close(() => done(error))
  }

  #received(bytes: Buffer): void {
    if (this.#isFull || this.readableEnded || this.writableEnded) return
    const length = Buffer.allocUnsafe(LENGTH_BYTES)
    length.writeUInt16BE(bytes.length)
    this.#isFull = !this.push(Buffer.concat([length, bytes]))
  }
}
