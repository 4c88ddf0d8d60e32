// One connection to another peer on one lane: says who is there, then carries messages until either end is gone.

import type { Http2Stream } from 'node:http2'
import { z } from 'zod'
import type { PeerId } from '#protocol/ids.ts'
import type { Connection } from '../../../link/connection.ts'
import { Messages } from './messages.ts'

/** The first message each way. Whoever has the cluster's key may say any name: it tells peers apart, it proves none. */
const helloSchema = z.object({ peer: z.uuid(), run: z.string().min(1).max(64) })

export interface PeerLineOptions {
  readonly self: { readonly peer: PeerId; readonly run: string }
  /** Who was dialled, or who dialled; another is refused. Absent where an address was dialled, whoever is there. */
  readonly expected?: string
  readonly maxBytes: number
  /** The other end has said who it is. */
  readonly onOpen: (line: PeerLine) => void
  /** Said something that is against the rules; the line has ended. */
  readonly onRefused: (reason: string) => void
}

export class PeerLine {
  readonly connection: Connection
  readonly #options: PeerLineOptions
  readonly #messages: Messages
  #run: string | undefined
  #peer: string | undefined
  /** Set by whoever took the line. */
  onMessage: (bytes: Buffer) => void = () => undefined
  onDrain: () => void = () => undefined

  constructor(connection: Connection, h2: Http2Stream, options: PeerLineOptions) {
    this.connection = connection
    this.#options = options
    this.#messages = new Messages(h2, {
      maxBytes: options.maxBytes,
      onMessage: (bytes) => this.#heard(bytes),
      onDrain: () => this.onDrain(),
      onTooLarge: (bytes) => this.refuse(`a message of ${bytes} bytes`),
    })
    h2.on('close', () => connection.end())
    this.send(Buffer.from(JSON.stringify(options.self)))
  }

  get peer(): PeerId {
    return (this.#peer ?? this.#options.expected ?? '') as PeerId
  }

  /** Random per process of the other end. */
  get run(): string {
    return this.#run ?? ''
  }

  get isOpen(): boolean {
    return this.#messages.isOpen && !this.connection.ended.aborted
  }

  get unsentBytes(): number {
    return this.#messages.unsentBytes
  }

  get sentBytes(): number {
    return this.#messages.sentBytes
  }

  send(bytes: Uint8Array): void {
    this.#messages.send(bytes)
  }

  end(): void {
    this.connection.end()
  }

  refuse(reason: string): void {
    this.end()
    this.#options.onRefused(reason)
  }

  #heard(bytes: Buffer): void {
    if (this.connection.ended.aborted) return
    if (this.#run !== undefined) {
      this.onMessage(bytes)
      return
    }
    const hello = readHello(bytes)
    const { expected = hello?.peer } = this.#options
    if (!hello || hello.peer !== expected) {
      this.refuse('it did not say who it is')
      return
    }
    this.#run = hello.run
    this.#peer = hello.peer
    this.#options.onOpen(this)
  }
}

function readHello(bytes: Buffer): z.infer<typeof helloSchema> | undefined {
  try {
    return helloSchema.safeParse(JSON.parse(bytes.toString())).data
  } catch {
    return undefined
  }
}
