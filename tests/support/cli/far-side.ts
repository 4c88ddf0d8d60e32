// The other end of resumed bytes as an agent keeps it, behind a WebSocket server: what it hears it gives to a program
// of the test's, what that answers it numbers. Its connections may be cut at any moment.

import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { readByteAttach } from '#protocol/numbered/byte-messages.ts'
import {
  encodeAt,
  encodeJson,
  FrameReader,
  type NumberedFrame,
  NumberedType,
  readAt,
  readBytes,
} from '#protocol/numbered/frames.ts'
import { HeardBytes } from '#protocol/numbered/heard.ts'
import { KeptBytes } from '#protocol/numbered/kept.ts'

/** One run: its numbers, and the program behind them. */
class Run {
  readonly kept = new KeptBytes(NumberedType.out)
  readonly heard = new HeardBytes()
  readonly program: Duplex
  socket: WebSocket | undefined

  constructor(program: Duplex) {
    this.program = program
    program.on('data', (bytes: Buffer) => {
      const at = this.kept.end
      this.kept.add(bytes)
      this.socket?.send(encodeAt(NumberedType.out, at, bytes))
      if (this.kept.isFull) program.pause()
    })
    program.once('end', () => {
      this.kept.finish({ ok: true })
      for (const frame of this.kept.framesFrom(this.kept.end - 1)) this.socket?.send(frame)
    })
  }

  attach(socket: WebSocket, seen: number): void {
    this.socket = socket
    const heard = this.heard.heard
    socket.send(encodeJson(NumberedType.attached, { mode: 'resume', run: 'r', from: seen, heard }))
    socket.send(encodeAt(NumberedType.ackIn, this.heard.restart()))
    for (const frame of this.kept.framesFrom(seen)) socket.send(frame)
  }

  take({ type, body }: NumberedFrame): void {
    if (type === NumberedType.ackOut) {
      this.kept.ack(readAt(body))
      if (!this.kept.isFull) this.program.resume()
    } else if (type === NumberedType.in) {
      const fresh = this.heard.take(readAt(body), readBytes(body))
      if (fresh.length > 0) this.program.write(Buffer.from(fresh), () => this.passed(fresh.length))
    } else if (type === NumberedType.fin && this.heard.end(readAt(body))) {
      this.program.end(() => this.passed(0))
    } else if (type === NumberedType.error) this.program.destroy()
  }

  passed(bytes: number): void {
    const position = this.heard.passOn(bytes)
    if (position !== undefined) this.socket?.send(encodeAt(NumberedType.ackIn, position))
  }
}

export class FarSide {
  connections = 0
  /** When set, a connection is refused by this frame. */
  refusal: { code: string; details: Record<string, string> } | undefined
  readonly runs = new Map<string, Run>()
  readonly #server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })
  readonly #open: () => Duplex

  constructor(open: () => Duplex) {
    this.#open = open
    this.#server.on('connection', (socket) => this.#serve(socket))
  }

  async ready(): Promise<string> {
    if (!this.#server.address()) await once(this.#server, 'listening')
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    return `http://127.0.0.1:${address.port}`
  }

  /** Cuts every connection as a killed peer would. */
  cut(): void {
    for (const socket of this.#server.clients) socket.terminate()
  }

  /** Forgets everything, as a restarted space would. */
  forget(): void {
    this.runs.clear()
    this.cut()
  }

  close(): void {
    this.cut()
    this.#server.close()
  }

  #serve(socket: WebSocket): void {
    this.connections++
    const reader = new FrameReader()
    let run: Run | undefined
    socket.on('error', () => undefined)
    socket.on('close', () => {
      if (run?.socket === socket) run.socket = undefined
    })
    socket.on('message', (data: Buffer) => {
      for (const frame of reader.push(data)) {
        if (frame.type === NumberedType.attach) run = this.#attach(socket, frame)
        else run?.take(frame)
      }
    })
  }

  #attach(socket: WebSocket, frame: NumberedFrame): Run | undefined {
    const { stream, run: known, seen = 0 } = readByteAttach(frame.body)
    if (this.refusal) {
      socket.send(encodeJson(NumberedType.error, this.refusal))
      socket.close()
      return undefined
    }
    if (known !== undefined && !this.runs.has(stream)) {
      socket.send(encodeJson(NumberedType.attached, { mode: 'gone' }))
      socket.close()
      return undefined
    }
    const run = this.runs.get(stream) ?? new Run(this.#open())
    this.runs.set(stream, run)
    run.attach(socket, seen)
    return run
  }
}
