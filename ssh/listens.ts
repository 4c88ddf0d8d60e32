// Ports and sockets in the space that lead back to the client: `-R`, and the client's agent. Each is a `listen` stream,
// whose lines tell of connections; each of those becomes a channel towards the client, joined to an `accepted` stream.

import { SkeinError } from '#protocol/errors.ts'
import {
  type Arrival,
  arrivalSchema,
  type Listening,
  listeningSchema,
  type StreamOpen,
} from '#protocol/link.ts'
import type { Channels } from './channels.ts'
import { carryOut, join } from './join.ts'
import type { SshGuest, SshStream, SshTalk } from './ports.ts'

type On = Extract<StreamOpen, { kind: 'listen' }>['on']

/** One line about a connection is some 100 bytes. */
const MAX_LINE_BYTES = 1024
/** Nobody watches a forward being made. */
const SILENT: SshTalk = { say: () => undefined }

export interface ListensOptions {
  readonly channels: Channels
  readonly guest: SshGuest
  readonly most: number
  readonly signal: AbortSignal
  onFault(caught: unknown): void
}

export class Listens {
  readonly #options: ListensOptions
  readonly #open = new Map<string, SshStream>()
  #count = 0
  #agent: Promise<string> | undefined

  constructor(options: ListensOptions) {
    this.#options = options
  }

  /** Answers the port: the one that was chosen where 0 was asked for. Rejects with why not. */
  async addPort(host: string, port: number): Promise<number> {
    const bind = host === '' || host === '*' ? '0.0.0.0' : host
    let bound = port
    const { port: chosen = port } = await this.#listen(
      { type: 'tcp', host: bind, port },
      {
        keyOf: (listening) => portKey(host, listening.port ?? port),
        channelOf: ({ from }) => [
          'forwarded-tcpip',
          host,
          bound,
          from?.host ?? '127.0.0.1',
          from?.port ?? 0,
        ],
      },
      (listening) => {
        bound = listening.port ?? port
      },
    )
    return chosen
  }

  async addSocket(path: string): Promise<void> {
    await this.#listen(
      { type: 'unix', path },
      {
        keyOf: () => path,
        channelOf: () => ['forwarded-streamlocal@openssh.com', path, ''],
      },
    )
  }

  /** One for all sessions of the connection, as long as it lasts; its path. Rejects with why not: the next asks anew. */
  addAgent(): Promise<string> {
    if (this.#agent) return this.#agent
    const forget = () => {
      if (this.#agent === agent) this.#agent = undefined
    }
    const agent = this.#listen(
      { type: 'private' },
      {
        keyOf: () => 'agent',
        channelOf: () => ['auth-agent@openssh.com'],
        // Its socket is gone from the space, as after a link that was lost.
        onEnd: forget,
      },
    ).then(({ path = '' }) => path)
    agent.catch(forget)
    this.#agent = agent
    return agent
  }

  /** False when nothing listens there. */
  removePort(host: string, port: number): boolean {
    return this.#remove(portKey(host, port))
  }

  removeSocket(path: string): boolean {
    return this.#remove(path)
  }

  close(): void {
    for (const stream of this.#open.values()) stream.abort()
    this.#open.clear()
  }

  #remove(key: string): boolean {
    const stream = this.#open.get(key)
    this.#open.delete(key)
    stream?.fin({ ok: true })
    stream?.abort()
    return stream !== undefined
  }

  async #listen(
    on: On,
    to: Leading,
    onListening: (listening: Listening) => void = () => undefined,
  ): Promise<Listening> {
    const { guest, most, signal } = this.#options
    if (this.#count >= most) throw new SkeinError('too_many_streams', { limit: most })
    this.#count++
    try {
      await guest.ready(SILENT)
      const stream = await guest.open({ kind: 'listen', on }, signal)
      const listening = listeningSchema.parse(stream.opened)
      onListening(listening)
      this.#keep(to.keyOf(listening), stream, to)
      return listening
    } catch (caught) {
      this.#count--
      throw caught
    }
  }

  #keep(key: string, stream: SshStream, { channelOf, onEnd }: Leading): void {
    if (this.#options.signal.aborted) stream.abort()
    this.#open.get(key)?.abort()
    this.#open.set(key, stream)
    const lines = new Lines((line) => this.#arrived(line, stream, channelOf))
    carryOut(stream, (bytes) => lines.push(bytes)).then(() => {
      this.#count--
      if (this.#open.get(key) === stream) this.#open.delete(key)
      onEnd?.()
    }, this.#options.onFault)
  }

  #arrived(line: string, stream: SshStream, channelOf: ChannelOf): void {
    const arrival = parseArrival(line)
    if (!arrival) {
      stream.abort()
      return
    }
    this.#lead(arrival, channelOf).catch((caught: unknown) => this.#options.onFault(caught))
  }

  /** A connection that the client refuses is closed at once and not left waiting in the space. */
  async #lead(arrival: Arrival, channelOf: ChannelOf): Promise<void> {
    const { channels, guest, signal } = this.#options
    const [type, ...fields] = channelOf(arrival)
    const accepted = { kind: 'accepted', id: arrival.id } as const
    const channel = await channels.open(type, ...fields).catch(async () => {
      const stream = await guest.open(accepted, signal)
      stream.abort()
    })
    if (!channel) return
    try {
      await join(channel, await guest.open(accepted, signal))
    } finally {
      channel.close()
    }
  }
}

interface Leading {
  keyOf(listening: Listening): string
  readonly channelOf: ChannelOf
  /** Nothing listens there any more. */
  onEnd?(): void
}

type ChannelOf = (arrival: Arrival) => readonly [string, ...(string | number)[]]

const portKey = (host: string, port: number): string => `${host}:${port}`

function parseArrival(line: string): Arrival | undefined {
  try {
    return arrivalSchema.parse(JSON.parse(line))
  } catch {
    return undefined
  }
}

/** Cuts bytes into lines; one that is too long is handed on cut, and is no arrival. */
class Lines {
  readonly #onLine: (line: string) => void
  #rest = ''

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine
  }

  push(bytes: Buffer): void {
    const lines = (this.#rest + bytes.toString('utf8')).split('\n')
    const rest = lines.pop() ?? ''
    for (const line of lines) this.#onLine(line)
    this.#rest = rest.length > MAX_LINE_BYTES ? '' : rest
    if (rest.length > MAX_LINE_BYTES) this.#onLine('')
  }
}
