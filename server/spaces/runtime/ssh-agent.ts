// Connections to an engine by ssh, as Docker’s own client makes them: each is `ssh HOST docker system dial-stdio`, whose
// standard input and output are the engine’s socket. Keys, jump hosts and known hosts are ssh’s own matter, of the user as
// whom the peer runs; nothing is ever asked at a terminal.

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { Agent, type AgentOptions } from 'node:http'
import { Duplex } from 'node:stream'

/** Each is a process here and a session there; sshd allows ten unless told otherwise, of which events take one. */
export const MAX_SSH_CONNECTIONS = 8
const CONNECT_SECONDS = 10
/** What is kept of ssh’s own words, characters. */
const MAX_SAID_CHARS = 2000

export interface SshTarget {
  readonly host: string
  readonly port?: number
  readonly user?: string
  /** The program; another in tests. */
  readonly program?: string
}

export function sshWords({ host, port, user }: SshTarget): readonly string[] {
  return [
    ...['-T', '-o', 'BatchMode=yes', '-o', `ConnectTimeout=${CONNECT_SECONDS}`],
    // A machine that is gone is noticed, also while nothing is asked of its engine.
    ...['-o', 'ServerAliveInterval=10', '-o', 'ServerAliveCountMax=3'],
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...(user === undefined ? [] : ['-l', user]),
    ...['--', host, 'docker', 'system', 'dial-stdio'],
  ]
}

export class SshAgent extends Agent {
  readonly #target: SshTarget

  constructor(target: SshTarget, options: AgentOptions) {
    super(options)
    this.#target = target
  }

  override createConnection(): Duplex {
    return dial(this.#target)
  }
}

/** Fails with what ssh said when it ends by itself. */
function dial(target: SshTarget): Duplex {
  const child = spawn(target.program ?? 'ssh', sshWords(target), { stdio: 'pipe' })
  const duplex = new PipePair(child)
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-MAX_SAID_CHARS)
  })
  child.on('error', (error) => duplex.destroy(error))
  child.on('close', (status) => {
    const why = said.trim().split('\n').at(-1) || `status ${status}`
    if (!duplex.destroyed) duplex.destroy(new Error(`ssh ended: ${why}`))
  })
  return duplex
}

/** A program's input and output as one stream, with what Node's HTTP asks of a socket besides and pipes have no use for. */
class PipePair extends Duplex {
  readonly #child: ChildProcessWithoutNullStreams
  readonly setKeepAlive = () => this
  readonly setNoDelay = () => this
  readonly setTimeout = () => this
  readonly ref = () => this
  readonly unref = () => this

  constructor(child: ChildProcessWithoutNullStreams) {
    super()
    this.#child = child
    child.stdout.on('data', (bytes: Buffer) => {
      if (!this.push(bytes)) child.stdout.pause()
    })
    // Its end is the child's, which says why.
    child.stdin.on('error', () => undefined)
  }

  override _read(): void {
    this.#child.stdout.resume()
  }

  /** What the program does not take any more is lost with it; its end follows, and says why. */
  override _write(bytes: Buffer, _encoding: string, done: () => void): void {
    this.#child.stdin.write(bytes, () => done())
  }

  override _final(done: () => void): void {
    this.#child.stdin.end(() => done())
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    // It has nothing to save, and asked politely it waits for the other end, which waits for more.
    this.#child.kill('SIGKILL')
    done(error)
  }
}
