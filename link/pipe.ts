// One stream of a link, the same on both ends: a Duplex of plain bytes over the frames of an HTTP/2 stream. Back-
// pressure is Node's own both ways. The readable side ends only after the other end's fin; everything else that
// stops the HTTP/2 stream is `link_lost`, because an abort and a dead socket read as a clean end in Node.

import type { Http2Stream } from 'node:http2'
import { Duplex } from 'node:stream'
import { SkeinError } from '#protocol/errors.ts'
import { type Fin, FrameType, MAX_DATA_FRAME_BYTES, parseFin } from '#protocol/link.ts'
import { controlFrame, LinkFrameReader, linkHeader } from './frames.ts'

/** HTTP/2 CANCEL: this end does not want the rest (RFC 9113, section 7). */
const CANCEL = 0x08
/** What one Duplex buffers each way before it asks the writer to wait, bytes. */
const HIGH_WATER_BYTES = 256 * 1024
/**
 * Data frames in one chunk of at most 16 kB, beyond which the rest waits for the next turn of the event loop: libuv reads
 * up to 2 MB a turn, and as frames of one byte those kept everybody else waiting for 50 ms.
 */
const MANY_FRAMES = 256

export interface PipeEvents {
  /** An open or opened frame. */
  control(type: FrameType, value: unknown): void
}

type Done = (error?: Error | null) => void

export class LinkPipe extends Duplex {
  readonly finished: Promise<Fin>
  readonly #h2: Http2Stream
  readonly #reader: LinkFrameReader
  readonly #settle: { resolve(fin: Fin): void; reject(error: Error): void }
  #fin: Fin = { ok: true }
  #heard = false
  /** Data of the chunk that is being read: small frames are handed on together, not one by one. */
  #pieces: Buffer[] = []
  #resting = false

  constructor(h2: Http2Stream, events: PipeEvents) {
    super({ highWaterMark: HIGH_WATER_BYTES, allowHalfOpen: true })
    const { promise, resolve, reject } = Promise.withResolvers<Fin>()
    this.finished = promise
    this.#settle = { resolve, reject }
    // Whoever awaits `finished` hears of it; a stream that nobody awaits must not end the process.
    promise.catch(() => undefined)
    // The same of an error that comes after the last reader has left.
    this.on('error', () => undefined)
    this.#h2 = h2
    this.#reader = new LinkFrameReader({
      data: (piece) => void this.#pieces.push(piece),
      control: (type, value) => this.#control(type, value, events),
    })
    h2.on('data', (chunk: Buffer) => this.#take(chunk))
    h2.on('end', () => this.#gone())
    h2.on('close', () => this.#gone())
    h2.on('error', (error) => this.#gone(error))
  }

  /** Sends an open or opened frame. */
  sendControl(type: FrameType, value: unknown): void {
    if (!this.#h2.destroyed) this.#h2.write(controlFrame(type, value))
  }

  /** Ends our side, after what was written so far, with how it ended. */
  fin(fin: Fin): void {
    this.#fin = fin
    this.end()
  }

  override _read(): void {
    if (!this.#resting) this.#h2.resume()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#send([chunk], chunk.length, done)
  }

  override _writev(chunks: { chunk: Buffer }[], done: Done): void {
    const buffers = chunks.map(({ chunk }) => chunk)
    const length = buffers.reduce((sum, buffer) => sum + buffer.length, 0)
    this.#send(buffers, length, done)
  }

  override _final(done: Done): void {
    if (this.#h2.destroyed) {
      done()
      return
    }
    // An HTTP/2 stream that closes first calls back to nobody.
    const once = callOnce(done)
    this.#h2.once('close', once)
    this.#h2.end(controlFrame(FrameType.fin, this.#fin), once)
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#settle.reject(error ?? new SkeinError('link_lost'))
    if (!this.#h2.closed) this.#h2.close(CANCEL)
    done(error)
  }

  #send(buffers: readonly Buffer[], length: number, done: Done): void {
    if (length === 0) {
      done()
      return
    }
    if (this.#h2.destroyed) {
      done(new SkeinError('link_lost'))
      return
    }
    const pieces = length > MAX_DATA_FRAME_BYTES ? buffers.flatMap(cut) : [joined(buffers, length)]
    this.#h2.cork()
    for (const [i, { parts, bytes }] of pieces.entries()) {
      this.#h2.write(linkHeader(FrameType.data, bytes))
      for (const [j, part] of parts.entries()) {
        const last = i === pieces.length - 1 && j === parts.length - 1
        this.#h2.write(part, last ? done : undefined)
      }
    }
    this.#h2.uncork()
  }

  #take(chunk: Buffer): void {
    if (this.destroyed) return
    try {
      this.#reader.push(chunk)
      if (this.#pieces.length > MANY_FRAMES) this.#rest()
      this.#handOn()
    } catch (error) {
      this.destroy(error instanceof Error ? error : new SkeinError('link_lost'))
    }
  }

  /** Lets others have a turn. A `_read` meanwhile is not forgotten: it comes only below the high-water mark. */
  #rest(): void {
    this.#resting = true
    this.#h2.pause()
    setImmediate(() => {
      this.#resting = false
      if (this.readableLength < this.readableHighWaterMark) this.#h2.resume()
    })
  }

  #handOn(): void {
    const [first] = this.#pieces
    if (!first) return
    if (this.#heard) throw new SkeinError('frame_invalid', { reason: 'data after a fin' })
    const data = this.#pieces.length === 1 ? first : Buffer.concat(this.#pieces)
    this.#pieces = []
    if (!this.push(data)) this.#h2.pause()
  }

  #control(type: FrameType, value: unknown, events: PipeEvents): void {
    this.#handOn()
    if (type !== FrameType.fin) {
      events.control(type, value)
      return
    }
    const fin = parseFin(value)
    this.#heard = true
    this.#settle.resolve(fin)
    this.push(null)
  }

  #gone(cause?: Error): void {
    if (this.#heard && cause === undefined) return
    if (!this.destroyed) this.destroy(new SkeinError('link_lost', {}, cause))
  }
}

function callOnce(done: Done): () => void {
  let called = false
  return () => {
    if (!called) done()
    called = true
  }
}

function joined(parts: readonly Buffer[], bytes: number) {
  return { parts, bytes }
}

function cut(buffer: Buffer) {
  const pieces: { parts: readonly Buffer[]; bytes: number }[] = []
  for (let at = 0; at < buffer.length; at += MAX_DATA_FRAME_BYTES) {
    const part = buffer.subarray(at, at + MAX_DATA_FRAME_BYTES)
    pieces.push({ parts: [part], bytes: part.length })
  }
  return pieces
}
