// One program for one stream: its standard input is what the peer sends, its outputs go back as pieces of
// protocol/exec.ts, its end is the fin. A stream that is lost ends the program and all that it started.

import type { ChildProcess } from 'node:child_process'
import { SkeinError } from '#protocol/errors.ts'
import { ExecChannel, encodeExecPiece } from '#protocol/exec.ts'
import type { StreamOpen } from '#protocol/link.ts'
import type { AgentConfig } from '#protocol/report.ts'
import { childEnvironment } from '../child/environment.ts'
import { exitOf, startProgram, stopProgram } from '../child/spawn.ts'
import type { ServedStream } from '../link/served.ts'
import { type OutputPieces, ProgramOutput } from './output.ts'

type ExecOpen = Extract<StreamOpen, { kind: 'exec' }>

/** Programs at a time that one agent runs for exec streams; each is a process and three pipes. */
export const MAX_PROGRAMS = 64
/** How long a program may take to end after its stream is lost, in milliseconds. */
const LOST_GRACE_MS = 2000

const pieces: OutputPieces = {
  stdout: (bytes) => encodeExecPiece(ExecChannel.stdout, bytes),
  stderr: (bytes) => encodeExecPiece(ExecChannel.stderr, bytes),
}

let running = 0

/** Serves one exec stream. Rejects before it is accepted with `command_failed`, `bad_request` or `too_many_streams`. */
export async function serveExec(
  stream: ServedStream,
  open: ExecOpen,
  config: AgentConfig,
): Promise<void> {
  if (running >= MAX_PROGRAMS) throw new SkeinError('too_many_streams', { limit: MAX_PROGRAMS })
  refuseZeroes(open)
  running++
  try {
    const env = childEnvironment(config, open.env)
    const child = await startProgram({ command: open.command, cwd: open.cwd, env, stdin: true })
    stream.accept({ pid: child.pid })
    await carry(child, stream)
  } finally {
    running--
  }
}

async function carry(child: ChildProcess, stream: ServedStream): Promise<void> {
  const { duplex } = stream
  const exited = exitOf(child)
  const output = new ProgramOutput(child, duplex, exited, pieces)
  // The program may close its input whenever it likes; what is sent then is lost, as in a shell's pipe.
  child.stdin?.on('error', () => duplex.resume())
  if (child.stdin) duplex.pipe(child.stdin)
  let lost: Promise<void> | undefined
  const stop = () => {
    lost ??= stopProgram(child, LOST_GRACE_MS)
  }
  duplex.once('close', stop)
  duplex.on('error', stop)
  if (duplex.destroyed) stop()
  const exit = await exited
  duplex.unpipe()
  duplex.resume()
  await output.finished
  duplex.off('close', stop)
  await lost
  stream.fin({ ok: exit.status === 0, ...exit })
}

/** A zero byte in an argument would end the argument there. */
function refuseZeroes(open: ExecOpen): void {
  const words = [...open.command, open.cwd ?? '', ...Object.entries(open.env ?? {}).flat()]
  if (words.some((word) => word.includes('\0'))) {
    throw new SkeinError('bad_request', { reason: 'a zero byte in the command' })
  }
}
