// Keeps HTTP/2 reading while it writes. Node's HTTP/2 stops reading its socket until its last write is through
// (node_http2.cc, MaybeStopReading): two ends that both send more than the kernel holds then wait for each other for
// ever; 1 MB each way over a unix socket does it (elastic.test.ts). One end whose writes are always through breaks
// the circle. What is held here is bounded by HTTP/2's own flow control: the session's window.

import { Duplex } from 'node:stream'

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

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#socket.write(chunk)
    done()
  }

  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    this.#socket.cork()
    for (const { chunk } of chunks) this.#socket.write(chunk)
    this.#socket.uncork()
    done()
  }

  override _final(done: () => void): void {
    this.#socket.end()
    done()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy()
    done(error)
  }
}
