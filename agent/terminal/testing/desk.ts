// Somebody at a terminal, for tests: a NumberedClient joined to the agent's handler by a pair of duplexes that can
// be cut at any moment, with everything that it was shown and told.

import { type Duplex, duplexPair } from 'node:stream'
import { NumberedClient, type NumberedEvent } from '#protocol/numbered/client.ts'
import { handleTerminal, type TerminalStream } from '../handle.ts'
import type { Terminals } from '../terminals.ts'

const CUT = new Error('link_lost')

export interface DeskOptions {
  readonly terminal?: string
  readonly client?: string
  readonly cols?: number
  readonly rows?: number
  readonly command?: string[]
  /** Draws nothing, and so acks nothing. */
  readonly blind?: boolean
  /** Only looks on. */
  readonly watch?: true
}

export class Desk {
  readonly client: NumberedClient
  readonly events: NumberedEvent[] = []
  readonly fins: unknown[] = []
  /** Output as bytes; a snapshot begins it anew. */
  output: Buffer[] = []
  onEvent: (event: NumberedEvent) => void = () => {}
  readonly #terminals: Terminals
  readonly #options: DeskOptions
  #near: Duplex | undefined
  #far: Duplex | undefined
  #served: Promise<void> = Promise.resolve()

  constructor(terminals: Terminals, options: DeskOptions = {}) {
    this.#terminals = terminals
    this.#options = options
    const { client = `client-${Math.random()}`, terminal = 'main' } = options
    this.client = new NumberedClient({ stream: terminal, client, label: client })
  }

  get text(): string {
    return Buffer.concat(this.output).toString()
  }

  get isConnected(): boolean {
    return this.#near !== undefined && !this.#near.destroyed
  }

  connect(): this {
    const { terminal = 'main', cols = 80, rows = 24, command, watch } = this.#options
    const [near, far] = duplexPair()
    this.#near = near
    this.#far = far
    for (const end of [near, far]) end.on('error', () => {})
    near.on('data', (chunk: Uint8Array) => this.#receive(near, chunk))
    const open = { kind: 'terminal', terminal, cols, rows, command, watch } as const
    const stream: TerminalStream = {
      open,
      duplex: far,
      accept: () => {},
      refuse: (error) => far.destroy(error),
      fin: (status) => {
        this.fins.push(status)
        far.end()
      },
    }
    this.#served = handleTerminal(stream, this.#terminals)
    near.write(this.client.attach(cols, rows))
    return this
  }

  /** The connection breaks: nothing under way arrives, and nobody says goodbye. */
  async cut(): Promise<void> {
    this.#near?.destroy(CUT)
    this.#far?.destroy(CUT)
    await this.#served
  }

  /** Leaves on purpose. */
  async leave(): Promise<void> {
    this.#near?.end()
    await this.#served
  }

  type(text: string): void {
    const frame = this.client.type(Buffer.from(text))
    if (this.client.isAttached) this.send(frame)
  }

  send(frame: Uint8Array | undefined): void {
    if (frame && this.isConnected) this.#near?.write(frame)
  }

  #receive(near: Duplex, chunk: Uint8Array): void {
    if (near !== this.#near || near.destroyed) return
    for (const event of this.client.receive(chunk)) {
      this.events.push(event)
      if (event.type === 'attached') for (const frame of this.client.resend()) this.send(frame)
      if (event.type === 'snapshot') this.output = []
      if ('bytes' in event) this.#draw(event.bytes)
      this.onEvent(event)
    }
  }

  #draw(bytes: Uint8Array): void {
    this.output.push(Buffer.from(bytes))
    if (!this.#options.blind) this.send(this.client.drawn(bytes.length))
  }
}
