// One request and its answer, between a visitor's connection and one to the app: bytes pass as they come, each side
// waits for the other's reader, and whoever breaks off takes the other along.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { SkeinError } from '#protocol/errors.ts'
import type { Log } from '../http/ports.ts'
import type { AnswerSink, Connection } from './wire/connection.ts'
import type { Head } from './wire/head.ts'

export interface ExchangeParts {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** For the app, with its empty line. */
  readonly head: string
  readonly hostName: string
  readonly log: Log
  /**
   * Nothing of the answer was sent yet: whoever asked may say so, or ask another connection. The request goes on being
   * theirs, so `over` is not told.
   */
  failed(error: SkeinError, isFresh: boolean): void
  /** The request was answered, or was given up. */
  over(): void
}

/** Answers below it are written together with their headers, bytes. */
const SMALL_BYTES = 8 * 1024
/** Pieces from this size on are written together with those that come in the same turn of the event loop, bytes. */
const BULK_BYTES = 8 * 1024

/** What is held for a visitor who reads more slowly than the app writes; what one turn brings shall fit. */
const MAX_HELD_BYTES = 256 * 1024

/** How a request's body is framed. */
export type Framing = 'none' | 'length' | 'chunked'

export function framingOf({ headers }: IncomingMessage): Framing {
  if (headers['transfer-encoding'] !== undefined) return 'chunked'
  const length = headers['content-length']
  return length === undefined || length === '0' ? 'none' : 'length'
}

export class Exchange implements AnswerSink {
  readonly #parts: ExchangeParts
  readonly #connection: Connection
  readonly #response: ServerResponse
  #isOver = false
  #hasBegun = false
  #hasBody = false
  #isFlushed = false
  #waitsForVisitor = false
  #isGathering = false

  constructor(connection: Connection, parts: ExchangeParts) {
    this.#parts = parts
    this.#connection = connection
    this.#response = parts.response
  }

  run(): void {
    const { request, response, head } = this.#parts
    this.#connection.begin(request.method ?? 'GET', head, this)
    response.on('close', this.#visitorGone)
    const framing = framingOf(request)
    if (framing === 'none') this.#connection.sent()
    else this.#carryBody(framing)
  }

  interim({ status, headers }: Head): void {
    if (status !== 103 || this.#response.headersSent) return
    const links = headers.filter((_, i) => headers[i - 1]?.toLowerCase() === 'link' && i % 2 === 1)
    try {
      if (links.length > 0) this.#response.writeEarlyHints({ link: [...links] })
    } catch {
      // Node checks the form of each link; a hint that it does not know is not worth an answer.
    }
  }

  head(head: Head, bodyBytes: number | undefined): void {
    const { request, hostName } = this.#parts
    const isChunked = bodyBytes === undefined && request.httpVersionMinor > 0
    const fields = this.#connection.fields.of(head, hostName, isChunked)
    // What the visitor still sends would be read as the next request.
    const isOpen = !request.complete && framingOf(request) !== 'none'
    const all = isOpen ? [...fields, 'Connection', 'close'] : fields
    this.#response.writeHead(head.status, head.reason, all)
    this.#hasBegun = true
  }

  /** The head goes together with the first bytes where they came along; alone where the app takes its time. */
  told(): void {
    if (!this.#hasBegun || this.#hasBody || this.#isFlushed || this.#isOver) return
    this.#isFlushed = true
    this.#response.flushHeaders()
  }

  body(piece: Buffer, isLast: boolean): void {
    const isWhole = isLast && !this.#hasBody
    this.#hasBody = true
    if (isLast) {
      this.#finish()
      // As text of the same bytes, Node writes it with the headers as one piece.
      if (isWhole && piece.length < SMALL_BYTES) {
        this.#response.end(piece.toString('latin1'), 'latin1')
      } else this.#response.end(piece)
      return
    }
    if (piece.length >= BULK_BYTES) this.#gather()
    const isFree = this.#response.write(piece) || this.#response.writableLength < MAX_HELD_BYTES
    if (!isFree && !this.#waitsForVisitor) {
      this.#waitsForVisitor = true
      this.#connection.pause()
      this.#response.once('drain', this.#visitorDrained)
    }
  }

  /** A link brings 16 kB at once, and a system call for each is half of what a large answer costs. */
  #gather(): void {
    if (this.#isGathering) return
    this.#isGathering = true
    this.#response.cork()
    setImmediate(() => this.#ungather())
  }

  /** Before the end: Node writes the end of a chunked body ahead of the chunks that it was asked to gather. */
  #ungather(): void {
    if (!this.#isGathering) return
    this.#isGathering = false
    this.#response.uncork()
  }

  end(trailers: readonly string[]): void {
    if (this.#isOver) return
    if (trailers.length > 0) this.#response.addTrailers(pairs(trailers))
    this.#finish()
    this.#response.end()
  }

  switched(): void {
    this.failed(new SkeinError('app_answer_invalid', { reason: 'it changed the protocol' }), false)
    this.#connection.abort()
  }

  failed(error: SkeinError, isFresh: boolean): void {
    if (this.#isOver) return
    this.#letGo()
    if (error.code === 'internal') this.#parts.log.error({ err: error.cause }, 'an answer failed')
    if (!this.#hasBegun) {
      this.#parts.failed(error, isFresh)
      return
    }
    this.#parts.over()
    // An answer that broke off must not look complete.
    this.#response.destroy()
  }

  drained(): void {
    this.#parts.request.resume()
  }

  #carryBody(framing: Framing): void {
    const { request } = this.#parts
    request.on('data', (chunk: Buffer) => {
      if (this.#isOver) return
      if (!this.#send(chunk, framing)) request.pause()
    })
    request.on('end', () => {
      if (this.#isOver) return
      if (framing === 'chunked') this.#connection.write(lastChunk(request))
      this.#connection.sent()
    })
  }

  #send(chunk: Buffer, framing: Framing): boolean {
    if (framing === 'length') return this.#connection.write(chunk)
    this.#connection.write(`${chunk.length.toString(16)}\r\n`)
    this.#connection.write(chunk)
    return this.#connection.write('\r\n')
  }

  readonly #visitorDrained = (): void => {
    this.#waitsForVisitor = false
    if (!this.#isOver) this.#connection.resume()
  }

  readonly #visitorGone = (): void => {
    if (this.#isOver) return
    this.#finish()
    this.#connection.abort()
  }

  #finish(): void {
    if (this.#isOver) return
    this.#ungather()
    this.#letGo()
    this.#parts.over()
  }

  #letGo(): void {
    this.#isOver = true
    this.#response.off('close', this.#visitorGone)
    // A connection that goes back to the others must not stay paused for this reader.
    if (this.#waitsForVisitor) this.#connection.resume()
    // What the visitor still sends is for nobody.
    this.#parts.request.resume()
  }
}

function lastChunk({ rawTrailers }: IncomingMessage): string {
  const lines = pairs(rawTrailers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `0\r\n${lines.join('')}\r\n`
}

function pairs(fields: readonly string[]): [string, string][] {
  return fields.flatMap((name, i): [string, string][] =>
    i % 2 === 0 ? [[name, fields[i + 1] ?? '']] : [],
  )
}
