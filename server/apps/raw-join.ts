// A WebSocket, or whatever else was agreed on by an upgrade: after the app has said 101, bytes pass both ways
// untouched until one side ends.

import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { SkeinError } from '#protocol/errors.ts'
import type { LinkStream } from '../links/streams.ts'
import { fieldsForVisitor } from './fields.ts'
import { type AnswerSink, Connection } from './wire/connection.ts'

import type { Head } from './wire/head.ts'
import { StreamCarrier } from './wire/stream-carrier.ts'

/** So long may an app think before it agrees, ms. */
const AGREE_TIMEOUT_MS = 30_000
/** A visitor whose machine has vanished is noticed after about this long, ms. */
const PROBE_AFTER_MS = 60_000

export interface RawJoin {
  readonly request: IncomingMessage
  readonly socket: Duplex
  /** What the visitor sent right behind the upgrade. */
  readonly first: Buffer
  readonly stream: LinkStream
  /** For the app, with its empty line. */
  readonly head: string
  readonly hostName: string
  /** Both sides are closed. */
  over(): void
  /** The app gave no answer that could be passed on. */
  failed(error: SkeinError): void
}

/** Nobody else ever uses this connection. */
const UNSHARED = { idle: () => undefined, gone: () => undefined, closed: () => undefined }

/** Takes both sides over; whoever calls the answer ends them. */
export function joinRaw(parts: RawJoin): () => void {
  const { request, socket, stream } = parts
  const end = (): void => {
    socket.destroy()
    stream.abort()
  }
  socket.once('close', () => {
    clearTimeout(overdue)
    stream.abort()
    parts.over()
  })
  const overdue = setTimeout(() => {
    fail(new SkeinError('timeout', { thing: 'The app', seconds: AGREE_TIMEOUT_MS / 1000 }))
  }, AGREE_TIMEOUT_MS)
  const fail = (error: SkeinError): void => {
    clearTimeout(overdue)
    stream.abort()
    parts.failed(error)
  }
  request.socket.setKeepAlive(true, PROBE_AFTER_MS)
  request.socket.setNoDelay(true)
  const carrier = new StreamCarrier(stream)
  const connection = new Connection(carrier, UNSHARED)
  const decided = () => {
    clearTimeout(overdue)
  }
  connection.begin('GET', parts.head, new Agreement(parts, carrier, { decided, fail }))
  return end
}

/** What the app says to the upgrade: yes, and the bytes are joined; or an ordinary answer, which is passed on. */
class Agreement implements AnswerSink {
  readonly #parts: RawJoin
  readonly #carrier: StreamCarrier
  readonly #decided: () => void
  readonly #fail: (error: SkeinError) => void
  #isRefusing = false
  #isChunked = false

  constructor(
    parts: RawJoin,
    carrier: StreamCarrier,
    on: { decided: () => void; fail: (error: SkeinError) => void },
  ) {
    this.#parts = parts
    this.#carrier = carrier
    this.#decided = on.decided
    this.#fail = on.fail
  }

  interim(): void {}

  switched(head: Head, rest: Buffer): void {
    this.#decided()
    this.#carrier.detach()
    const { socket, stream, first, request } = this.#parts
    const { duplex } = stream
    const upgrade = request.headers.upgrade ?? 'websocket'
    socket.write(
      headLines(head, this.#parts.hostName, `Connection: Upgrade\r\nUpgrade: ${upgrade}\r\n`),
      'latin1',
    )
    if (rest.length > 0) socket.write(rest)
    if (first.length > 0) duplex.write(first)
    duplex.once('close', () => socket.destroy())
    socket.pipe(duplex)
    duplex.pipe(socket)
  }

  head(head: Head, bodyBytes: number | undefined): void {
    this.#decided()
    this.#isRefusing = true
    this.#isChunked = bodyBytes === undefined
    const more = `Connection: close\r\n${this.#isChunked ? 'Transfer-Encoding: chunked\r\n' : ''}`
    this.#parts.socket.write(headLines(head, this.#parts.hostName, more), 'latin1')
  }

  body(piece: Buffer): void {
    const { socket, stream } = this.#parts
    if (this.#isChunked) socket.write(`${piece.length.toString(16)}\r\n`)
    const isFree = socket.write(piece)
    if (this.#isChunked) socket.write('\r\n')
    if (isFree) return
    stream.duplex.pause()
    socket.once('drain', () => stream.duplex.resume())
  }

  end(): void {
    const { socket } = this.#parts
    socket.end(this.#isChunked ? '0\r\n\r\n' : undefined, () => socket.destroy())
  }

  failed(error: SkeinError): void {
    if (this.#isRefusing) this.#parts.socket.destroy()
    else this.#fail(error)
  }

  drained(): void {}

  told(): void {}
}

function headLines({ status, reason, headers }: Head, hostName: string, more: string): string {
  const fields = fieldsForVisitor(headers, hostName)
  let lines = `HTTP/1.1 ${status} ${reason}\r\n`
  for (let i = 0; i + 1 < fields.length; i += 2) lines += `${fields[i]}: ${fields[i + 1]}\r\n`
  return `${lines}${more}\r\n`
}
