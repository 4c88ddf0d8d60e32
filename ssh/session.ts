// A session channel, RFC 4254, 6: first requests that prepare (terminal, variables, agent), then one that starts, then
// resizes and signals. The client is answered at once; what happens while the space is made ready it sees as text.

import type { Channel } from './channel.ts'
import { ClientEnvironment } from './environment.ts'
import { Feed } from './feed.ts'
import { join } from './join.ts'
import type { PacketReader } from './packet.ts'
import type { SshGuest } from './ports.ts'
import { Talk } from './prompt.ts'
import { Run, tellEnd, tellFailure } from './run.ts'
import { readSize, readTerm, type TerminalSize } from './terminal-size.ts'

/** The longest command line that a session stream takes, characters; Linux's own limit for one argument. */
const MAX_COMMAND_CHARS = 131_072

export interface SessionOptions {
  readonly guest: SshGuest
  /** Aborted when the connection is gone. */
  readonly signal: AbortSignal
  /** The path of a socket in the space that leads to the client's agent. */
  forwardAgent(): Promise<string>
  onFault(caught: unknown): void
}

export class Session {
  readonly #channel: Channel
  readonly #options: SessionOptions
  readonly #environment = new ClientEnvironment()
  readonly #feed: Feed
  readonly #run: Run
  #terminal: (TerminalSize & { term: string }) | undefined
  #talk: Talk | undefined
  #isAgentForwarded = false
  #isStarted = false

  constructor(channel: Channel, options: SessionOptions) {
    this.#channel = channel
    this.#options = options
    this.#feed = new Feed((bytes) => channel.taken(bytes))
    this.#run = new Run(channel, this.#feed)
    channel.serve({
      onData: (bytes) => {
        if (this.#talk?.typed(bytes)) channel.taken(bytes.length)
        else this.#feed.push(bytes)
      },
      onEof: () => {
        this.#talk?.end()
        this.#feed.end()
      },
      onClosed: () => {
        this.#talk?.end()
        this.#run.abort()
      },
      onDrain: () => this.#run.drained(),
      onRequest: (type, body) => this.#request(type, body),
    })
  }

  #request(type: string, body: PacketReader): boolean {
    switch (type) {
      case 'env':
        return !this.#isStarted && this.#environment.set(body.text(), body.text())
      case 'pty-req':
        return this.#prepareTerminal(body)
      case 'window-change':
        return this.#resize(readSize(body))
      case 'signal':
        this.#run.signal(body.text())
        return true
      case 'auth-agent-req@openssh.com':
        this.#isAgentForwarded = true
        return true
      case 'shell':
        return this.#start(undefined)
      case 'exec':
        return this.#start(body.text())
      case 'subsystem':
        return body.text() === 'sftp' && this.#startTransfer()
      // `break`, x11-req and whatever comes after us: the client goes on without.
      default:
        return false
    }
  }

  #prepareTerminal(body: PacketReader): boolean {
    if (this.#isStarted) return false
    const term = readTerm(body.text())
    this.#terminal = { term, ...readSize(body) }
    return true
  }

  #resize(size: TerminalSize): boolean {
    if (!this.#terminal) return false
    this.#terminal = { ...this.#terminal, ...size }
    this.#run.resize(size)
    return true
  }

  #start(command: string | undefined): boolean {
    if (this.#isStarted) return false
    if (command !== undefined && (command.length > MAX_COMMAND_CHARS || command.includes('\0'))) {
      return false
    }
    this.#begin(async (guest, signal) => {
      const env = this.#environment.all()
      Object.assign(env, await this.#agent())
      const pty = this.#terminal
      const stream = await guest.open(
        {
          kind: 'session',
          env,
          ...(command === undefined ? {} : { command }),
          ...(pty ? { pty } : {}),
        },
        signal,
      )
      // The client may have resized its terminal meanwhile.
      const carried = this.#run.carry(stream)
      if (this.#terminal && this.#terminal !== pty) this.#run.resize(this.#terminal)
      await carried
    })
    return true
  }

  /** A program without the agent is worth more than none, which is what OpenSSH's own server thinks as well. */
  async #agent(): Promise<{ readonly SSH_AUTH_SOCK?: string }> {
    if (!this.#isAgentForwarded) return {}
    try {
      return { SSH_AUTH_SOCK: await this.#options.forwardAgent() }
    } catch (caught) {
      this.#options.onFault(caught)
      return {}
    }
  }

  #startTransfer(): boolean {
    if (this.#isStarted) return false
    this.#begin(async (guest, signal) => {
      const stream = await guest.open({ kind: 'sftp' }, signal)
      await join(this.#channel, stream, {
        feed: this.#feed,
        onFin: (fin) => tellEnd(this.#channel, fin),
      })
    })
    return true
  }

  #begin(serve: (guest: SshGuest, signal: AbortSignal) => Promise<void>): void {
    this.#isStarted = true
    const { guest, signal } = this.#options
    const talk = new Talk(this.#channel, this.#terminal !== undefined)
    this.#talk = talk
    const served = async () => {
      await guest.ready(talk)
      this.#talk = undefined
      if (!this.#channel.isClosed) await serve(guest, signal)
    }
    // The request is answered before anything is shown.
    setImmediate(() => {
      served().catch((caught: unknown) => {
        this.#options.onFault(caught)
        tellFailure(this.#channel, caught)
      })
    })
  }
}
