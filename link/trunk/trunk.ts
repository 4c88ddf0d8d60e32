// Many connections in one stream of a link. HTTP/2 could carry each as a stream of its own, and did: then each piece of each
// stream passes Node's machinery alone, which was a seventh of what a small request cost the peer and the agent. Here one
// turn's pieces of all lines are one write. Both ends run this; the peer opens lines, the agent answers them.

import type { Duplex } from 'node:stream'
import { SkeinError, toSkeinError } from '#protocol/errors.ts'
import { type Fin, parseFin } from '#protocol/link.ts'
import { Batch } from './batch.ts'
import { invalidFrame, MAX_LINE, TrunkFrame, TrunkFrameReader } from './frames.ts'
import { Line, type LineTrunk } from './line.ts'

/** Lines at once; whoever opens holds fewer (apps: 100 to a port). */
export const MAX_LINES = 256
/** What all windows of a trunk may grow by together, bytes: what nobody reads is held in memory. */
const SPARE_BYTES = 16 * 1024 * 1024
/** What one turn gathers before it is sent, bytes. */
const FLUSH_BYTES = 64 * 1024
/**
 * Frames in one chunk of 16 kB, beyond which the rest waits for the next turn of the event loop, as in link/pipe.ts: an
 * honest chunk of small answers has 60.
 */
const MANY_FRAMES = 256

export interface TrunkStream {
  readonly duplex: Duplex
  fin(status: Fin): void
  abort(reason?: Error): void
}

export interface TrunkOptions {
  /** Answers a line that the other side opens, by `Trunk.accept` or `refuse`. Without it none may. */
  readonly onOpen?: (line: Line) => void
}

export class Trunk implements LineTrunk {
  readonly #stream: TrunkStream
  readonly #options: TrunkOptions
  readonly #lines = new Map<number, Line>()
  readonly #asked = new Map<number, PromiseWithResolvers<void>>()
  readonly #batch = new Batch()
  readonly #ended = new AbortController()
  #next = 0
  #spare = SPARE_BYTES
  #isArranged = false
  /** Of the chunk that is being read. */
  #frames = 0

  constructor(stream: TrunkStream, options: TrunkOptions = {}) {
    this.#stream = stream
    this.#options = options
    const { duplex } = stream
    const reader = new TrunkFrameReader({
      data: (line, piece) => {
        this.#frames++
        this.#lines.get(line)?.dataCame(piece)
      },
      told: (type, line, payload) => {
        this.#frames++
        this.#told(type, line, payload)
      },
    })
    duplex.on('data', (chunk: Buffer) => this.#read(reader, chunk))
    duplex.on('drain', () => this.#goOn())
    duplex.on('end', () => this.close())
    duplex.on('close', () => this.close())
    // Its close tells all there is to tell.
    duplex.on('error', () => undefined)
  }

  /** Aborted when it has ended, whoever ended it. */
  get ended(): AbortSignal {
    return this.#ended.signal
  }

  get isFull(): boolean {
    return this.#stream.duplex.writableNeedDrain
  }

  /** `opened` rejects with the other side's refusal, `link_lost`, or `too_many_streams`; who waits no longer aborts the line. */
  open(): { readonly line: Line; readonly opened: Promise<void> } {
    do this.#next = (this.#next + 1) & MAX_LINE
    while (this.#lines.has(this.#next))
    const line = new Line(this.#next, this)
    const asked = Promise.withResolvers<void>()
    // An abort may reject it when nobody waits any more.
    asked.promise.catch(() => undefined)
    if (this.ended.aborted) asked.reject(new SkeinError('link_lost'))
    else if (this.#lines.size >= MAX_LINES) {
      asked.reject(new SkeinError('too_many_streams', { limit: MAX_LINES }))
    } else {
      this.#asked.set(line.id, asked)
      this.#lines.set(line.id, line)
      this.send(TrunkFrame.open, line.id)
    }
    return { line, opened: asked.promise }
  }

  accept({ id, isClosed }: Line): void {
    if (!isClosed) this.send(TrunkFrame.opened, id)
  }

  refuse(line: Line, error: SkeinError): void {
    if (line.isClosed) return
    this.send(TrunkFrame.refused, line.id, Buffer.from(JSON.stringify(error.body)))
    line.close()
  }

  /** Ends all lines and the stream. */
  close(): void {
    if (this.ended.aborted) return
    const lost = new SkeinError('link_lost')
    this.#ended.abort(lost)
    for (const line of this.#lines.values()) line.close(lost)
    const { duplex } = this.#stream
    if (duplex.destroyed) return
    this.#flush()
    this.#stream.fin({ ok: true })
    duplex.resume()
  }

  // What lines need.

  send(type: TrunkFrame, line: number, payload?: Buffer): void {
    this.#batch.add(type, line, payload)
    this.#arrange()
  }

  sendText(line: number, text: string): void {
    this.#batch.addText(line, text)
    this.#arrange()
  }

  sendNumber(type: TrunkFrame, line: number, value: number): void {
    this.#batch.addNumber(type, line, value)
    this.#arrange()
  }

  borrow(bytes: number): boolean {
    if (bytes > this.#spare) return false
    this.#spare -= bytes
    return true
  }

  forget(line: number, borrowedBytes: number): void {
    this.#lines.delete(line)
    this.#asked.get(line)?.reject(new SkeinError('link_lost'))
    this.#asked.delete(line)
    this.#spare += borrowedBytes
  }

  #arrange(): void {
    if (this.#batch.bytes >= FLUSH_BYTES) this.#flush()
    if (this.#isArranged || this.#batch.bytes === 0) return
    this.#isArranged = true
    setImmediate(() => {
      this.#isArranged = false
      this.#flush()
    })
  }

  #flush(): void {
    const { duplex } = this.#stream
    const parts = this.#batch.take()
    if (parts.length === 0 || !duplex.writable) return
    duplex.cork()
    for (const part of parts) duplex.write(part)
    duplex.uncork()
  }

  #goOn(): void {
    for (const line of this.#lines.values()) {
      if (this.isFull) return
      line.goOn()
    }
  }

  #told(type: TrunkFrame, id: number, payload: Buffer): void {
    if (type === TrunkFrame.open) {
      this.#opened(id)
      return
    }
    // What was on its way when this side gave the line up.
    const line = this.#lines.get(id)
    if (!line) return
    if (type === TrunkFrame.opened || type === TrunkFrame.refused) this.#answered(line, payload)
    else if (type === TrunkFrame.end) line.endCame()
    else if (type === TrunkFrame.reset) line.close(new SkeinError('link_lost'))
    else line.creditCame(payload.readUInt32BE(0))
  }

  #opened(id: number): void {
    const { onOpen } = this.#options
    if (!onOpen || this.#lines.has(id)) throw invalidFrame('a line that was not asked for')
    const line = new Line(id, this)
    this.#lines.set(id, line)
    if (this.#lines.size > MAX_LINES) {
      this.refuse(line, new SkeinError('too_many_streams', { limit: MAX_LINES }))
    } else onOpen(line)
  }

  #answered(line: Line, payload: Buffer): void {
    const asked = this.#asked.get(line.id)
    if (!asked) throw invalidFrame('a second answer')
    this.#asked.delete(line.id)
    if (payload.length === 0) {
      asked.resolve()
      return
    }
    asked.reject(refusalOf(payload))
    line.close()
  }

  /** Whatever is thrown while the other side's bytes are read ends this trunk and nothing else. */
  #read(reader: TrunkFrameReader, chunk: Buffer): void {
    if (this.ended.aborted) return
    this.#frames = 0
    try {
      reader.push(chunk)
    } catch (caught) {
      this.close()
      this.#stream.abort(toSkeinError(caught))
    }
    if (this.#frames > MANY_FRAMES) this.#rest()
  }

  /** Lets others have a turn. */
  #rest(): void {
    const { duplex } = this.#stream
    duplex.pause()
    setImmediate(() => duplex.resume())
  }
}

/** The error is made anew from our own table: the other side may be anybody. */
function refusalOf(payload: Buffer): SkeinError {
  const { error } = parseFin({ ok: false, error: JSON.parse(payload.toString('utf8')) })
  return error ? SkeinError.fromBody(error) : new SkeinError('link_lost')
}
