// A terminal as a page holds it, without the page: its own connection (web/src/terminal/connection.ts), which numbers and
// keeps bytes and dials again, over WebSockets to any peer.

import { randomUUID } from 'node:crypto'
import { WebSocket } from 'ws'
import { NumberedClient } from '#protocol/numbered/client.ts'
import { type ConnectionState, TerminalConnection } from '../../../web/src/terminal/connection.ts'
import { Urls } from './urls.ts'
import type { Heard, OpenWire, Wire } from './wire.ts'

const SIZE = { cols: 80, rows: 24 }
/** A peer that takes a connection and says nothing is passed over, ms. */
const HANDSHAKE_MS = 2_000

export interface TerminalOptions {
  readonly urls: readonly string[]
  readonly cookie: string
  readonly spaceId: string
  readonly name: string
  /** Whose page it was opened from: an index in `urls`. */
  readonly first: number
  readonly number: number
  /** What is typed into the shell to begin with. */
  readonly command: string
}

export const openTerminal =
  (options: TerminalOptions): OpenWire =>
  async (heard) => {
    const wire = new TerminalWire(options, heard)
    // A shell's prompt comes late and is not waited for: the terminal keeps what is typed ahead.
    wire.send(options.command)
    return wire
  }

class TerminalWire implements Wire {
  readonly over: Promise<string | undefined>
  readonly #options: TerminalOptions
  readonly #urls: Urls
  readonly #connection: TerminalConnection
  #dials = 0

  constructor(options: TerminalOptions, heard: Heard) {
    this.#options = options
    this.#urls = new Urls(options.urls, options.first, options.number)
    const [client, stream] = [randomUUID(), options.name]
    let snapshots = 0
    this.#connection = new TerminalConnection({
      client: () => new NumberedClient({ stream, client, label: 'streams' }),
      dial: () => this.#dial(),
      random: Math.random,
      screen: {
        size: () => SIZE,
        resize: () => undefined,
        draw: (bytes, done) => {
          heard.take(bytes)
          done()
        },
        snapshot: (_bytes, _cols, _rows, done) => {
          // The first one is of an empty screen.
          if (snapshots++ > 0) heard.redrawn()
          done()
        },
      },
    })
    const { state } = this.#connection
    this.over = new Promise((resolve) => {
      state.subscribe(() => {
        const now = state.get()
        if (now.kind === 'ended' || now.kind === 'refused') resolve(whyOver(now))
      })
    })
  }

  send(text: string): void {
    this.#connection.type(Buffer.from(text))
  }

  close(): void {
    this.#connection.close()
  }

  #dial() {
    if (this.#dials++ > 0) this.#urls.next()
    const { current } = this.#urls
    const { spaceId, name, cookie } = this.#options
    const path = `/api/v1/spaces/${spaceId}/terminals/${name}/attach?cols=${SIZE.cols}&rows=${SIZE.rows}`
    const socket = new WebSocket(current.replace('http', 'ws') + path, {
      headers: { cookie, origin: current },
      perMessageDeflate: false,
      handshakeTimeout: HANDSHAKE_MS,
    })
    // Its close follows, and that is what counts.
    socket.on('error', () => undefined)
    return socket as unknown as ReturnType<
      ConstructorParameters<typeof TerminalConnection>[0]['dial']
    >
  }
}

function whyOver(state: ConnectionState): string | undefined {
  if (state.kind === 'refused') return `refused: ${state.error.code}`
  if (state.kind !== 'ended') return state.kind
  const { ended, lostBytes } = state
  if (lostBytes > 0) return `ended, and ${lostBytes} bytes were not typed`
  return ended.status === 0 ? undefined : `ended: ${JSON.stringify(ended)}`
}
