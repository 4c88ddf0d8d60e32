// One stream of a link, the same on both ends: a Duplex of plain bytes over the frames of an HTTP/2 stream, with
// Node's own back-pressure both ways. The readable side ends only after the other end's fin; whatever else stops the
// HTTP/2 stream is `link_lost`, because an abort and a dead socket read as a clean end in Node.

import { constants, type Http2Stream } from 'node:http2'
import { Duplex } from 'node:stream'
import { SkeinError } from '#protocol/errors.ts'
import { type Fin, FrameType, MAX_DATA_FRAME_BYTES, parseFin } from '#protocol/link.ts'
import { controlFrame, dataFrame, LinkFrameReader, linkHeader } from './frames.ts'

/** What a pipe buffers each way before it asks the writer to wait, bytes: four pieces of what agents send at once. */
const BUFFER_BYTES = 256 * 1024
/** Below this a payload is copied behind its header: one small write costs less than two (measured, docs/link.md). */
const COPY_BELOW_BYTES = 4 * 1024

/**
 * Data frames in one chunk of at most 16 kB, beyond which the rest waits for the next turn of the event loop: libuv reads
 * up to 2 MB a turn, and as frames of one byte those kept everybody else waiting for 50 ms.
 */
const MANY_FRAMES = 256

type Done = (error?: Error | null) => void

export interface PipeOptions {
  /** The frame that the other end begins with. */
  readonly first: typeof FrameType.open | typeof FrameType.opened
  /** Gets that frame's value. */
  onFirst(value: unknown): void
}

export class LinkPipe extends Duplex {
  /** The other side's fin, which may come before its last bytes are read; rejects with `link_lost` or the abort's reason. */
  readonly finished: Promise<Fin>
  readonly #h2: Http2Stream
  readonly #reader: LinkFrameReader
  readonly #settle: { resolve(fin: Fin): void; reject(error: Error): void }
  #ourFin: Fin = { ok: true }
  /** Our fin is given to HTTP/2, which ends a stream by itself when its session is destroyed. */
  #ours = false
  /** The frame that the other side begins with has come. */
  #begun = false
  /** The other side's fin has come. */
  #theirs = false
  /** Data of the chunk that is being read: small frames are handed on together, not one by one. */
  #pieces: Buffer[] = []
  #isResting = false

  constructor(h2: Http2Stream, options: PipeOptions) {
    super({ highWaterMark: BUFFER_BYTES, allowHalfOpen: true })
    const { promise, resolve, reject } = Promise.withResolvers<Fin>()
    this.finished = promise
    this.#settle = { resolve, reject }
    // Loss is told twice, by `finished` and as an error. Whoever listens to one of them need not know of the other,
    // and a lost stream that nobody listens to must not end the process.
    promise.catch(() => undefined)
    this.on('error', () => undefined)
    this.#h2 = h2
    this.#reader = new LinkFrameReader({
      data: (piece) => this.#dataCame(piece),
      control: (type, value) => this.#controlCame(type, value, options),
    })
    h2.on('data', (chunk: Buffer) => this.#take(chunk))
    h2.on('end', () => this.#stopped(!this.#theirs))
    h2.on('error', (cause) => this.#stopped(true, cause))
    h2.on('close', () => this.#stopped(!this.#theirs || !this.#finWentOut()))
  }

  /** Sends the open or opened frame. Throws `too_large`. */
  sendFirst(type: typeof FrameType.open | typeof FrameType.opened, value: unknown): void {
    const frame = controlFrame(type, value)
    if (!this.#h2.destroyed && !this.#h2.writableEnded) this.#h2.write(frame)
  }

  /** Ends our side, after what was written so far, with how it ended. A plain `end()` says `{ ok: true }`. */
  fin(fin: Fin): void {
    this.#ourFin = fin
    this.end()
  }

  override _read(): void {
    if (!this.#isResting) this.#h2.resume()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    if (chunk.length > 0 && chunk.length < COPY_BELOW_BYTES) this.#sendSmall(chunk, done)
    else this.#send([chunk], done)
  }

  override _writev(chunks: { chunk: Buffer }[], done: Done): void {
    this.#send(
      chunks.map(({ chunk }) => chunk),
      done,
    )
  }

  override _final(done: Done): void {
    const h2 = this.#h2
    let isSettled = false
    const settle = () => {
      if (!isSettled) done(this.#finWentOut() ? null : new SkeinError('link_lost'))
      isSettled = true
    }
    // A stream that HTTP/2 closes with its last frame calls back with an error, or not at all.
    h2.once('close', settle)
    if (h2.destroyed || h2.writableEnded) {
      settle()
      return
    }
    this.#ours = true
    h2.end(finFrame(this.#ourFin), settle)
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#settle.reject(error ?? new SkeinError('link_lost'))
    // After both fins HTTP/2 ends by itself; a reset would take from the other end what it has not read yet.
    const isOver = this.#theirs && this.#finWentOut()
    if (!isOver && !this.#h2.closed) this.#h2.close(constants.NGHTTP2_CANCEL)
    this.#h2.resume()
    done(error)
  }

  /** What most writes are: a keystroke, a request, an answer. */
  #sendSmall(chunk: Buffer, done: Done): void {
    const h2 = this.#h2
    if (h2.destroyed || h2.writableEnded) done(new SkeinError('link_lost'))
    else h2.write(dataFrame([chunk], chunk.length), asLost(done))
  }

  #send(chunks: readonly Buffer[], done: Done): void {
    const h2 = this.#h2
    if (h2.destroyed || h2.writableEnded) {
      done(new SkeinError('link_lost'))
      return
    }
    const buffers = toFrames(chunks)
    const last = buffers.pop()
    if (!last) {
      done()
      return
    }
    h2.cork()
    for (const buffer of buffers) h2.write(buffer)
    h2.write(last, asLost(done))
    h2.uncork()
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
    this.#isResting = true
    this.#h2.pause()
    setImmediate(() => {
      this.#isResting = false
      if (this.readableLength < this.readableHighWaterMark) this.#h2.resume()
    })
  }

  #handOn(): void {
    const [first] = this.#pieces
    if (!first) return
    const data = this.#pieces.length === 1 ? first : Buffer.concat(this.#pieces)
    this.#pieces = []
    if (!this.push(data)) this.#h2.pause()
  }

  /** The order is: the first frame, data, one fin. A side that was asked may answer with the fin at once. */
  #dataCame(piece: Buffer): void {
    if (!this.#begun || this.#theirs) throw new SkeinError('frame_invalid', { reason: 'data' })
    this.#pieces.push(piece)
  }

  #controlCame(type: FrameType, value: unknown, { first, onFirst }: PipeOptions): void {
    const isFin = type === FrameType.fin && (this.#begun || first === FrameType.opened)
    if (this.#theirs || (!isFin && (this.#begun || type !== first))) {
      throw new SkeinError('frame_invalid', { reason: `a frame of type ${type}` })
    }
    this.#handOn()
    this.#begun = true
    if (isFin) this.#finCame(parseFin(value))
    else onFirst(value)
  }

  #finCame(fin: Fin): void {
    this.#theirs = true
    this.#settle.resolve(fin)
    this.push(null)
    // Only HTTP/2's own end is to come, and it must be heard even when nobody reads us.
    this.#h2.resume()
  }

  /** When both ends have ended in order, HTTP/2 may close the stream before it says that our end is written. */
  #finWentOut(): boolean {
    const { writableFinished, closed, rstCode } = this.#h2
    const isClosedInOrder = this.#theirs && closed && rstCode === constants.NGHTTP2_NO_ERROR
    return this.#ours && (writableFinished || isClosedInOrder)
  }

  #stopped(isLoss: boolean, cause?: Error): void {
    if (isLoss && !this.destroyed) this.destroy(new SkeinError('link_lost', {}, cause))
  }
}

/** HTTP/2 has many names for a stream that ended under a write; here they are one. */
function asLost(done: Done): Done {
  return (cause) => done(cause ? new SkeinError('link_lost', {}, cause) : null)
}

/** The buffers that carry `chunks` as data: together as one frame where that fits, so that many small writes cost one. */
function toFrames(chunks: readonly Buffer[]): Buffer[] {
  const buffers: Buffer[] = []
  for (let i = 0; i < chunks.length; ) {
    let bytes = 0
    const from = i
    for (; i < chunks.length; i++) {
      const length = chunks[i]?.length ?? 0
      if (bytes > 0 && bytes + length > MAX_DATA_FRAME_BYTES) break
      bytes += length
    }
    if (bytes > 0) putFrame(buffers, chunks.slice(from, i), bytes)
  }
  return buffers
}

function putFrame(buffers: Buffer[], chunks: readonly Buffer[], bytes: number): void {
  const [first] = chunks
  if (first && bytes > MAX_DATA_FRAME_BYTES) putCut(buffers, first)
  else if (bytes < COPY_BELOW_BYTES) buffers.push(dataFrame(chunks, bytes))
  else buffers.push(linkHeader(FrameType.data, bytes), ...chunks.filter(({ length }) => length > 0))
}

function putCut(buffers: Buffer[], chunk: Buffer): void {
  for (let at = 0; at < chunk.length; at += MAX_DATA_FRAME_BYTES) {
    const part = chunk.subarray(at, at + MAX_DATA_FRAME_BYTES)
    buffers.push(linkHeader(FrameType.data, part.length), part)
  }
}

/** A fin is always sent: one whose error is too long to be carried keeps its verdict only. */
function finFrame(fin: Fin): Buffer {
  try {
    return controlFrame(FrameType.fin, fin)
  } catch {
    return controlFrame(FrameType.fin, { ok: fin.ok, status: fin.status })
  }
}
