// What runs in a session, with and without a terminal, as the session sees it. Both lead a process group of their own,
// tell their end only after the last byte of output, and wait while nobody takes their output.

import type { ChildProcess } from 'node:child_process'
import { SkeinError } from '#protocol/errors.ts'
import { encodeSessionPiece, SessionPiece } from '#protocol/session.ts'
import type { Described } from '../child/shell.ts'
import { type Exit, exitOf, hangUp, signalGroup, startProgram } from '../child/spawn.ts'
import { systemClock } from '../clock.ts'
import { type OutputPieces, ProgramOutput } from '../exec/output.ts'
import type { ServedStream } from '../link/served.ts'

/** How long a program may go on after it was hung up on, milliseconds: to save a file, not to keep running. */
const LOST_GRACE_MS = 5000

export interface SessionProgram {
  readonly pid: number
  /** After the last byte of output is written to the stream. */
  readonly ended: Promise<Exit>
  /** Hands over input; `done` once it is taken, or never will be. */
  input(bytes: Uint8Array, done: () => void): void
  endInput(): void
  resize(cols: number, rows: number): void
  signal(signal: NodeJS.Signals): void
  /** Hangs up on all that runs; what does not end is killed. Resolves when the program has ended. */
  hangUp(): Promise<void>
}

type Duplex = ServedStream['duplex']

const pieces: OutputPieces = {
  stdout: (bytes) => encodeSessionPiece(SessionPiece.output, bytes),
  stderr: (bytes) => encodeSessionPiece(SessionPiece.errorOutput, bytes),
}

/** Starts a program on pipes. Rejects with `command_failed`. */
export async function startOnPipes(described: Described, duplex: Duplex): Promise<SessionProgram> {
  const child = await startProgram({ ...described, stdin: true })
  const exited = exitOf(child)
  const output = new ProgramOutput(child, duplex, exited, pieces)
  // The program may close its input whenever it likes; what is sent then is lost, as in a shell's pipe.
  child.stdin?.on('error', () => undefined)
  return {
    pid: child.pid ?? 0,
    ended: exited.then(async (exit) => {
      await output.finished
      return exit
    }),
    input: (bytes, done) => writeInput(child, bytes, done),
    endInput: () => child.stdin?.end(),
    resize: () => undefined,
    signal: (signal) => void signalGroup(child, signal),
    hangUp: () => hangUp(child, LOST_GRACE_MS),
  }
}

function writeInput({ stdin }: ChildProcess, bytes: Uint8Array, done: () => void): void {
  if (stdin?.writable) stdin.write(bytes, done)
  else done()
}

/** Starts a program in a terminal. Rejects with `command_failed`. */
export async function startInTerminal(
  described: Described,
  size: { cols: number; rows: number },
  duplex: Duplex,
): Promise<SessionProgram> {
  // node-pty is loaded when the first terminal is opened.
  const { Child } = await import('../terminal/child.ts')
  const ended = Promise.withResolvers<Exit>()
  const [file = '/bin/sh', ...args] = described.command
  const start = () =>
    new Child({
      command: [file, ...args],
      cwd: described.cwd,
      env: described.env,
      cols: size.cols,
      rows: size.rows,
      clock: systemClock,
      onData: (bytes) => {
        if (!duplex.destroyed && !duplex.write(pieces.stdout(bytes))) child.pause()
      },
      onEnd: ({ status, signal }) =>
        ended.resolve(signal ? { signal: signal as NodeJS.Signals } : { status: status ?? 255 }),
    })
  const child = orFailed(start)
  duplex.on('drain', () => child.resume())
  return {
    pid: child.pid,
    ended: ended.promise,
    input: (bytes, done) => child.type(bytes, done),
    // A terminal has no end of input but what is typed.
    endInput: () => undefined,
    resize: (cols, rows) => child.resize(cols, rows),
    signal: (signal) => child.signal(signal),
    hangUp: () => child.kill(),
  }
}

function orFailed<T>(start: () => T): T {
  try {
    return start()
  } catch (caught) {
    const reason = caught instanceof Error ? caught.message : String(caught)
    throw new SkeinError('command_failed', { reason }, caught)
  }
}
