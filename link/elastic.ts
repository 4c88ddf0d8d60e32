// Keeps HTTP/2 reading while it writes. Node's HTTP/2 stops reading its socket until its last write is through
// (node_http2.cc, MaybeStopReading): two ends that both send more than the kernel holds then wait for each other for
// ever; 1 MB each way over a unix socket does it (elastic.test.ts). One end whose writes are always through breaks
// the circle. What is held here is bounded by HTTP/2's own flow control, the session's window, as long as the other
// end is honest; one that announces a window of 2 GB, or asks for answers that it never reads, loses its link.

import { Duplex } from 'node:stream'
import { SkeinError } from '#protocol/errors.ts'
import { SESSION_WINDOW_BYTES } from '#protocol/link.ts'

/** The most that is held for an end that does not read, bytes: its window, and frames that no window counts. */
export const MAX_HELD_BYTES = SESSION_WINDOW_BYTES + 1024 * 1024

type Done = (error?: Error | null) => void

export class ElasticSocket extends Duplex {
  readonly #socket: Duplex

  constructor(socket: Duplex) {
    super({ allowHalfOpen: false })
    this.#socket = socket
    socket.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) socket.pause()
    })
    socket.on('end', () => this.push(null))
    socket.on('error', (error) => this.destroy(error))
    socket.on('close', () => this.destroy())
  }

  override _read(): void {
    this.#socket.resume()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#socket.write(chunk)
    done(this.#overfull())
  }

  override _writev(chunks: { chunk: Buffer }[], done: Done): void {
    this.#socket.cork()
    for (const { chunk } of chunks) this.#socket.write(chunk)
    this.#socket.uncork()
    done(this.#overfull())
  }

  override _final(done: () => void): void {
    this.#socket.end()
    done()
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#socket.destroy()
    done(error)
  }

  #overfull(): SkeinError | null {
    return this.#socket.writableLength > MAX_HELD_BYTES ? new SkeinError('link_lost') : null
  }
}
