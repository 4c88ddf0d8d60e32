// A browser terminal without a browser: the same WebSocket, the same NumberedClient, the same reconnecting. What it
// received is a checksum and a tail, so that a flood of gigabytes can be checked in little memory.

import { createHash, randomUUID } from 'node:crypto'
import { WebSocket } from 'ws'
import type { SkeinError } from '#protocol/errors.ts'
import { NumberedClient } from '#protocol/numbered/client.ts'
import type { Ended } from '#protocol/numbered/frames.ts'
import type { Api } from './api.ts'
import { eventually } from './eventually.ts'

const TAIL_BYTES = 64 * 1024
const RECONNECT_MS = 25

export interface TestTerminalOptions {
  /** More peers to go on at: each connection is to the next one. */
  readonly others?: readonly Api[]
  /** Count only: no checksum and no text, for benches. */
  readonly light?: boolean
}

export class TestTerminal {
  readonly #client: NumberedClient
  readonly #apis: readonly Api[]
  readonly #path: string
  readonly #hash = createHash('sha256')
  readonly #light: boolean
  #socket: WebSocket | undefined
  #closed = false
  #tail = Buffer.alloc(0)
  bytes = 0
  connections = 0
  snapshots = 0
  attached = 0
  /** Input that was typed at a process which had ended by then. */
  lostBytes = 0
  readonly errors: SkeinError[] = []
  ended: Ended | undefined
  /** Called with each piece of output, for benches that must not wait for a poll. */
  onOutput: ((bytes: Uint8Array) => void) | undefined

  constructor(api: Api, spaceId: string, name: string, options: TestTerminalOptions = {}) {
    this.#apis = [api, ...(options.others ?? [])]
    this.#light = options.light ?? false
    this.#path = `/api/v1/spaces/${spaceId}/terminals/${name}/attach?cols=80&rows=24`
    this.#client = new NumberedClient({ stream: name, client: randomUUID(), label: 'test' })
    this.#connect()
  }

  static async open(
    api: Api,
    spaceId: string,
    name = 'main',
    options: TestTerminalOptions = {},
  ): Promise<TestTerminal> {
    const terminal = new TestTerminal(api, spaceId, name, options)
    await eventually(() => terminal.attached > 0, {
      timeoutMs: 20_000,
      what: `terminal ${name} to attach`,
    })
    return terminal
  }

  #connect(): void {
    const { url, cookie } = this.#apis[this.connections % this.#apis.length] ?? this.#apis[0] ?? {}
    const socket = new WebSocket(`${url?.replace('http', 'ws')}${this.#path}`, {
      headers: { cookie: cookie ?? '', origin: url ?? '' },
      perMessageDeflate: false,
    })
    this.#socket = socket
    this.connections++
    socket.on('open', () => socket.send(this.#client.attach(80, 24)))
    socket.on('message', (data: Buffer) => this.#receive(socket, data))
    socket.on('error', () => socket.terminate())
    socket.on('close', () => {
      if (this.#socket === socket) this.#socket = undefined
      if (!this.#closed && this.ended === undefined) setTimeout(() => this.#connect(), RECONNECT_MS)
    })
  }

  #receive(socket: WebSocket, data: Buffer): void {
    for (const event of this.#client.receive(data)) {
      if (event.type === 'attached') {
        this.attached++
        this.lostBytes += event.lostBytes
        for (const frame of this.#client.resend()) socket.send(frame)
      } else if (event.type === 'output') {
        this.#took(event.bytes)
        this.#drew(socket, event.bytes)
      } else if (event.type === 'snapshot') {
        this.snapshots++
        this.#tail = Buffer.from(event.bytes)
        this.#drew(socket, event.bytes)
      } else if (event.type === 'fin') {
        this.ended = event.ended
      } else if (event.type === 'error') {
        this.errors.push(event.error)
      }
    }
  }

  #drew(socket: WebSocket, bytes: Uint8Array): void {
    const ack = this.#client.drawn(bytes.length)
    if (ack) socket.send(ack)
  }

  #took(bytes: Uint8Array): void {
    this.bytes += bytes.length
    this.onOutput?.(bytes)
    if (this.#light) return
    this.#hash.update(bytes)
    this.#tail = Buffer.concat([this.#tail, bytes]).subarray(-TAIL_BYTES)
  }

  type(text: string): void {
    const frame = this.#client.type(Buffer.from(text))
    if (this.#client.isAttached && this.#socket?.readyState === WebSocket.OPEN) {
      this.#socket.send(frame)
    }
  }

  /** The newest output as text. */
  get text(): string {
    return this.#tail.toString('utf8')
  }

  digest(): string {
    return this.#hash.copy().digest('hex')
  }

  async until(pattern: RegExp, timeoutMs = 15_000): Promise<RegExpExecArray> {
    const seen = () => pattern.exec(this.text) ?? undefined
    return await eventually(seen, { timeoutMs, what: `${pattern} on the terminal` }).catch(
      (error: unknown) => {
        const last = JSON.stringify(this.text.slice(-300))
        throw new Error(`it ends with ${last}; ${this.lostBytes} bytes were lost`, { cause: error })
      },
    )
  }

  /** Cuts the connection as a network would. */
  cut(): void {
    this.#socket?.terminate()
  }

  close(): void {
    this.#closed = true
    this.#socket?.terminate()
  }
}
