// One session as SSH knows it: a shell or a command line, with or without a terminal. The pieces of protocol/session.ts
// become input, resizes and signals; outputs go back as pieces; the end of the program is the fin, after its last byte.
// A stream that is lost hangs up on all that runs in the session.

import { SkeinError, toSkeinError } from '#protocol/errors.ts'
import type { AgentConfig } from '#protocol/report.ts'
import { readResize, SessionPiece, SessionReader } from '#protocol/session.ts'
import type { ServedStream } from '../link/served.ts'
import { describeSession, type SessionOpen } from './command.ts'
import { type SessionProgram, startInTerminal, startOnPipes } from './program.ts'

/** Sessions at a time that one agent runs; each is a process, and three pipes or a terminal. */
export const MAX_SESSIONS = 64
/** Input that a program has not read yet, bytes, from which on no more is taken from the stream; again below half. */
export const MAX_WAITING_INPUT_BYTES = 256 * 1024
/** What keeping a piece costs beside its bytes: a flood of single bytes counts as what it takes. */
const PIECE_COST_BYTES = 128
/** What a terminal may be made (protocol/link.ts says the same of the first size). */
const MOST = { cols: 1000, rows: 500 } as const

/** RFC 4254, 6.10: the signals that a client may send. */
const SIGNALS = new Set(
  'ABRT ALRM FPE HUP ILL INT KILL PIPE QUIT SEGV TERM USR1 USR2'
    .split(' ')
    .map((name) => `SIG${name}`),
)

let running = 0

/** Serves one session. Rejects before it is accepted with `command_failed`, `bad_request` or `too_many_streams`. */
export async function serveSession(
  stream: ServedStream,
  open: SessionOpen,
  config: AgentConfig,
): Promise<void> {
  if (running >= MAX_SESSIONS) throw new SkeinError('too_many_streams', { limit: MAX_SESSIONS })
  refuseZeroes(open)
  running++
  try {
    const described = describeSession(config, open)
    const program = open.pty
      ? await startInTerminal(described, open.pty, stream.duplex)
      : await startOnPipes(described, stream.duplex)
    stream.accept({ pid: program.pid })
    await carry(program, stream)
  } finally {
    running--
  }
}

async function carry(program: SessionProgram, stream: ServedStream): Promise<void> {
  const { duplex } = stream
  let lost: Promise<void> | undefined
  let fault: SkeinError | undefined
  const hangUp = () => {
    lost ??= program.hangUp()
  }
  duplex.once('close', hangUp)
  duplex.on('error', hangUp)
  if (duplex.destroyed) hangUp()
  const typing = new Typing(program, duplex, (error) => {
    fault = error
    hangUp()
  })
  const exit = await program.ended
  typing.stop()
  duplex.off('close', hangUp)
  await lost
  if (fault) throw fault
  stream.fin({ ok: exit.status === 0, ...exit })
}

/** What the client sends, until the program has ended. */
class Typing {
  readonly #program: SessionProgram
  readonly #duplex: ServedStream['duplex']
  readonly #onFault: (error: SkeinError) => void
  readonly #reader = new SessionReader()
  #waitingBytes = 0
  #hasEnded = false
  #isStopped = false

  /** `onFault`: the client sent what is no session; nothing more is taken. */
  constructor(
    program: SessionProgram,
    duplex: ServedStream['duplex'],
    onFault: (error: SkeinError) => void,
  ) {
    this.#program = program
    this.#duplex = duplex
    this.#onFault = onFault
    duplex.on('data', (chunk: Uint8Array) => this.#take(chunk))
    duplex.on('end', () => this.#end())
  }

  /** What still comes goes nowhere, and must not keep the stream from ending. */
  stop(): void {
    this.#isStopped = true
    this.#duplex.resume()
  }

  #take(chunk: Uint8Array): void {
    if (this.#isStopped) return
    try {
      for (const { type, bytes } of this.#reader.push(chunk)) this.#do(type, bytes)
    } catch (caught) {
      this.stop()
      this.#onFault(toSkeinError(caught))
    }
  }

  #do(type: SessionPiece, bytes: Uint8Array): void {
    switch (type) {
      case SessionPiece.input:
        if (bytes.length === 0) this.#end()
        else this.#type(bytes)
        return
      case SessionPiece.resize:
        this.#resize(bytes)
        return
      case SessionPiece.signal:
        this.#signal(Buffer.from(bytes).toString('latin1'))
        return
      case SessionPiece.output:
      case SessionPiece.errorOutput:
        throw new SkeinError('frame_invalid', { reason: `a piece of type ${type} from a client` })
    }
  }

  #type(bytes: Uint8Array): void {
    if (this.#hasEnded) return
    const cost = bytes.length + PIECE_COST_BYTES
    this.#waitingBytes += cost
    if (this.#waitingBytes >= MAX_WAITING_INPUT_BYTES) this.#duplex.pause()
    // A copy: a piece may be a view of the chunk in which it came.
    this.#program.input(Buffer.from(bytes), () => {
      this.#waitingBytes -= cost
      if (this.#waitingBytes < MAX_WAITING_INPUT_BYTES / 2) this.#duplex.resume()
    })
  }

  #end(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#program.endInput()
  }

  #resize(bytes: Uint8Array): void {
    const size = readResize(bytes)
    if (!size) throw new SkeinError('frame_invalid', { reason: 'a resize of wrong length' })
    const cols = Math.min(Math.max(size.cols, 2), MOST.cols)
    const rows = Math.min(Math.max(size.rows, 1), MOST.rows)
    this.#program.resize(cols, rows)
  }

  #signal(name: string): void {
    const signal = `SIG${name}`
    if (SIGNALS.has(signal)) this.#program.signal(signal as NodeJS.Signals)
  }
}

/** A zero byte in an argument or a variable would end it there. */
function refuseZeroes({ command = '', env = {}, pty }: SessionOpen): void {
  const words = [command, pty?.term ?? '', ...Object.entries(env).flat()]
  if (words.some((word) => word.includes('\0'))) {
    throw new SkeinError('bad_request', { reason: 'a zero byte in the command' })
  }
}
