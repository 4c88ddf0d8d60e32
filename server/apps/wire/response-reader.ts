// Reads an app's HTTP/1.1 responses from bytes, one after the other. Written for this door because a client library
// costs more per request than the whole rest of the way; it is strict where leniency would let an app smuggle one
// person's answer into another's connection (RFC 9112, sections 6 and 11.2), and holds nothing but an unfinished head.

import { SkeinError } from '#protocol/errors.ts'
import { ChunkReader } from './chunk-reader.ts'
import { type Head, parseHead } from './head.ts'

/** All headers of a response, bytes: twice what we take from browsers, for apps that set many cookies. */
export const MAX_HEAD_BYTES = 64 * 1024
/** A head up to this length is kept to be compared with the next, characters: it may be kept for each connection. */
const MAX_KNOWN_CHARS = 2048
/** Interim answers (1xx) before the real one; an honest app sends one or two. */
const MAX_INTERIM = 16

export interface ResponseSink {
  /** 100 to 199 except 101. */
  interim(head: Head): void
  /** `bodyBytes` is undefined where only the end of the body tells its length. */
  head(head: Head, bodyBytes: number | undefined): void
  /** `isLast` where the length was known and this completes it; `end` follows. */
  body(piece: Buffer, isLast: boolean): void
  /** The response is complete. `trailers` as they came, names and values in turn. */
  end(trailers: readonly string[]): void
  /** The answer was 101: from here on the bytes are no HTTP, beginning with `rest`. */
  switched(head: Head, rest: Buffer): void
}

type State = 'idle' | 'head' | 'length' | 'chunked' | 'until-close' | 'raw'

export class ResponseReader {
  #state: State = 'idle'
  #sink: ResponseSink | undefined
  #method = ''
  #held: Buffer | undefined
  /** Of a body with a length: bytes still to come. */
  #left = 0
  #interim = 0
  #chunks: ChunkReader | undefined
  /** The last head: the answers of an API differ in their bodies, and taking a head apart costs more than all else here. */
  #known: { readonly text: string; readonly head: Head } | undefined
  /** Whether the connection may carry another request after this response. */
  reusable = true

  /** A request was sent: its response is next. */
  expect(method: string, sink: ResponseSink): void {
    this.#state = 'head'
    this.#method = method
    this.#sink = sink
    this.#interim = 0
  }

  /** Throws `app_answer_invalid`; the connection is then worthless. */
  push(chunk: Buffer): void {
    let rest: Buffer = chunk
    while (rest.length > 0) rest = this.#step(rest)
  }

  /** The connection has ended in order. Throws `app_answer_invalid` when that cuts a response off. */
  ended(): void {
    if (this.#state === 'until-close') this.#complete([])
    else if (this.#state !== 'idle' && this.#state !== 'raw') throw invalid('it ended early')
  }

  #step(chunk: Buffer): Buffer {
    switch (this.#state) {
      case 'head':
        return this.#takeHead(chunk)
      case 'length':
        return this.#takeLength(chunk)
      case 'chunked':
        return this.#takeChunked(chunk)
      case 'until-close':
        this.#sink?.body(chunk, false)
        return EMPTY
      default:
        throw invalid('it sent what nobody asked for')
    }
  }

  #takeHead(chunk: Buffer): Buffer {
    const all = this.#held ? Buffer.concat([this.#held, chunk]) : chunk
    const end = all.indexOf('\r\n\r\n')
    if (end < 0 || end > MAX_HEAD_BYTES) {
      if (all.length > MAX_HEAD_BYTES) throw invalid(`its headers exceed ${MAX_HEAD_BYTES} bytes`)
      this.#held = all
      return EMPTY
    }
    this.#held = undefined
    const head = this.#parse(all.toString('latin1', 0, end))
    const rest = all.subarray(end + 4)
    if (head.status === 101) return this.#switch(head, rest)
    if (head.status < 200) {
      if (++this.#interim > MAX_INTERIM) throw invalid('it sends interim answers without end')
      this.#sink?.interim(head)
      return rest
    }
    this.#begin(head)
    return rest
  }

  #parse(text: string): Head {
    if (this.#known?.text === text) return this.#known.head
    const head = parseHead(text)
    this.#known = text.length > MAX_KNOWN_CHARS ? undefined : { text, head }
    return head
  }

  #switch(head: Head, rest: Buffer): Buffer {
    this.#state = 'raw'
    this.reusable = false
    this.#sink?.switched(head, rest)
    return EMPTY
  }

  /** The body's framing in the order of RFC 9112, 6.3. */
  #begin(head: Head): void {
    const { status, chunked, length } = head
    this.reusable = head.keepAlive
    if (this.#method === 'HEAD' || status === 204 || status === 304) {
      this.#sink?.head(head, 0)
      this.#complete([])
    } else if (chunked) {
      this.#state = 'chunked'
      this.#chunks = new ChunkReader()
      this.#sink?.head(head, undefined)
    } else if (length !== undefined) {
      this.#state = 'length'
      this.#left = length
      this.#sink?.head(head, length)
      if (length === 0) this.#complete([])
    } else {
      this.#state = 'until-close'
      this.reusable = false
      this.#sink?.head(head, undefined)
    }
  }

  #takeLength(chunk: Buffer): Buffer {
    const piece = chunk.length > this.#left ? chunk.subarray(0, this.#left) : chunk
    this.#left -= piece.length
    this.#sink?.body(piece, this.#left === 0)
    if (this.#left === 0) this.#complete([])
    return piece.length === chunk.length ? EMPTY : chunk.subarray(piece.length)
  }

  #takeChunked(chunk: Buffer): Buffer {
    const rest = this.#chunks?.push(chunk, (piece) => this.#sink?.body(piece, false))
    if (rest === undefined) return EMPTY
    this.#complete(this.#chunks?.trailers ?? [])
    return rest
  }

  #complete(trailers: readonly string[]): void {
    const sink = this.#sink
    this.#state = 'idle'
    this.#sink = undefined
    this.#chunks = undefined
    sink?.end(trailers)
  }
}

const EMPTY = Buffer.alloc(0)

export const invalid = (reason: string): SkeinError =>
  new SkeinError('app_answer_invalid', { reason })
