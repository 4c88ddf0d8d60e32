// Starts every program that is not a terminal: exec, services, the start-up script. Each is the leader of a session of
// its own, so that it and all that it starts can be ended together, and is marked as the first to go when memory ends.

import { type ChildProcess, spawn } from 'node:child_process'
import { SkeinError } from '#protocol/errors.ts'
import { type Environment, isFolder } from './environment.ts'
import { markExpendable } from './expendable.ts'

/** How long a program may take to end after TERM before it is killed. */
export const GRACE_MS = 8000

export interface Program {
  readonly command: readonly string[]
  readonly env: Environment
  readonly cwd?: string | undefined
  /** Whether somebody will write to its standard input; else it reads end of file. */
  readonly stdin: boolean
}

/** A program that ran and ended. Exactly one of the two is set. */
export interface Exit {
  readonly status?: number
  readonly signal?: NodeJS.Signals
}

/** Starts a program. Rejects with `command_failed` when it cannot be started. */
export async function startProgram(program: Program): Promise<ChildProcess> {
  const [file = '', ...args] = program.command
  let child: ChildProcess
  try {
    child = spawn(file, args, {
      cwd: program.cwd ?? startFolder(program.env),
      env: program.env,
      stdio: [program.stdin ? 'pipe' : 'ignore', 'pipe', 'pipe'],
      detached: true,
    })
  } catch (error) {
    throw commandFailed(file, error)
  }
  if (child.pid === undefined) {
    throw commandFailed(file, await new Promise((resolve) => child.once('error', resolve)))
  }
  markExpendable(child.pid)
  // From here on an `error` can only be a failed kill, which the exit will answer.
  child.on('error', () => undefined)
  return child
}

/** Settles when the program itself has ended, though its children may live on. */
export function exitOf(child: ChildProcess): Promise<Exit> {
  const ended = toExit(child.exitCode, child.signalCode)
  if (ended) return Promise.resolve(ended)
  return new Promise((resolve) => {
    child.once('exit', (status, signal) => resolve(toExit(status, signal) ?? { status: 255 }))
  })
}

/** In words, for logs and the page: `status 1`, `signal SIGKILL`. */
export function describeExit(exit: Exit): string {
  return exit.signal ? `signal ${exit.signal}` : `status ${exit.status}`
}

/** Sends a signal to the program and to all in its process group; false when none is left. */
export function signalGroup(child: ChildProcess, signal: NodeJS.Signals): boolean {
  if (child.pid === undefined) return false
  try {
    process.kill(-child.pid, signal)
    return true
  } catch {
    return false
  }
}

/**
 * Hangs up on the program and its group, as a terminal that is closed does; kills the program when it has not ended
 * after `graceMs`. What asked not to hear of it (nohup) goes on, as it does under any SSH server. Resolves at its end.
 */
export async function hangUp(child: ChildProcess, graceMs: number): Promise<void> {
  signalGroup(child, 'SIGHUP')
  const patience = setTimeout(() => child.kill('SIGKILL'), graceMs)
  await exitOf(child)
  clearTimeout(patience)
}

/** Ends the program and its group: TERM, and KILL for what is left after `graceMs`. Resolves when it has ended. */
export async function stopProgram(child: ChildProcess, graceMs = GRACE_MS): Promise<void> {
  signalGroup(child, 'SIGTERM')
  const patience = setTimeout(() => signalGroup(child, 'SIGKILL'), graceMs)
  await exitOf(child)
  clearTimeout(patience)
  signalGroup(child, 'SIGKILL')
}

/**
 * Where a program starts that is told no folder: the container's working folder when the image or the template set one,
 * else the home folder, unless it does not exist: a missing cwd would read as a missing program.
 */
export function startFolder(env: Environment): string {
  const working = process.cwd()
  const home = env.HOME ?? '/'
  return working === '/' && isFolder(home) ? home : working
}

function toExit(status: number | null, signal: NodeJS.Signals | null): Exit | undefined {
  if (signal !== null) return { signal }
  return status === null ? undefined : { status }
}

function commandFailed(file: string, cause: unknown): SkeinError {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code
  const reason = reasons[code ?? '']?.(file) ?? code ?? String(cause)
  return new SkeinError('command_failed', { reason }, cause)
}

const reasons: Record<string, (file: string) => string> = {
  ENOENT: (file) => `there is no ${file}, or not the folder to start it in`,
  EACCES: (file) => `${file} may not be run`,
  EAGAIN: () => 'the space has as many processes as it may',
  E2BIG: () => 'its arguments and environment are too long',
}
