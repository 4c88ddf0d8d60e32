// `skein exec SPACE -- command…`: one program in the space with this terminal's or pipe's input and both outputs, and
// its exit status as ours. It ends with its connection: what shall outlive that is for `skein ssh` or a terminal.

import { constants } from 'node:os'
import type { Readable, Writable } from 'node:stream'
import type { WebSocket } from 'ws'
import { addressOf } from '#protocol/api/client.ts'
import { type ExecEnd, execEndSchema } from '#protocol/api/connect.ts'
import { type ErrorBody, SkeinError, toSkeinError } from '#protocol/errors.ts'
import { ExecChannel, ExecReader } from '#protocol/exec.ts'
import { findRunning } from './find-space.ts'
import { openAnywhere } from './race.ts'
import type { Remote } from './remote.ts'

/** Unsent input at which ours is no longer read, bytes. */
const PAUSE_ABOVE_BYTES = 512 * 1024
/** One message's bytes; the server takes 1 MB. */
const MAX_PIECE_BYTES = 256 * 1024
/** What a shell adds to a signal's number. */
const SIGNAL_STATUS = 128

export interface ExecOptions {
  readonly cwd?: string
  readonly env: readonly string[]
}

/** Resolves to the program's exit status. */
export async function exec(
  remote: Remote,
  name: string,
  words: readonly string[],
  { cwd, env }: ExecOptions,
): Promise<number> {
  // What parts our words from the program's is no word of either.
  const command = words[0] === '--' ? words.slice(1) : words
  if (command.length === 0) {
    throw new SkeinError('bad_request', { reason: 'say what to run: skein exec SPACE -- COMMAND' })
  }
  const space = await findRunning(remote, name)
  const socket = await openAnywhere(
    remote.ways,
    addressOf('GET /spaces/:id/exec', { params: { id: space.id } }),
  )
  const wish = { command, env: readEnvironment(env), ...(cwd !== undefined && { cwd }) }
  socket.send(JSON.stringify(wish))
  const { stdin, stdout, stderr } = process
  try {
    return statusOf(await converse(socket, { stdin, stdout, stderr }))
  } finally {
    stdin.destroy()
    socket.terminate()
  }
}

export interface Streams {
  readonly stdin: Readable
  readonly stdout: Writable
  readonly stderr: Writable
}

/** Carries everything until the program's end. Rejects with `link_lost` or why it could not be run. */
export async function converse(socket: WebSocket, near: Streams): Promise<ExecEnd> {
  sendInput(socket, near.stdin)
  const reader = new ExecReader()
  let end: ExecEnd | undefined
  await new Promise<void>((resolve, reject) => {
    socket.on('message', (data: Buffer, isBinary) => {
      try {
        if (isBinary) passOn(socket, reader.push(data), near)
        else end = execEndSchema.parse(JSON.parse(data.toString()))
      } catch (caught) {
        reject(toSkeinError(caught))
      }
    })
    socket.once('close', () => resolve())
    socket.resume()
  })
  if (!end) throw new SkeinError('link_lost')
  await Promise.all([near.stdout, near.stderr].map(flushed))
  return end
}

function sendInput(socket: WebSocket, stdin: Readable): void {
  const onSent = (): void => {
    if (socket.bufferedAmount < PAUSE_ABOVE_BYTES / 2) stdin.resume()
  }
  stdin.on('data', (bytes: Buffer) => {
    if (socket.readyState !== socket.OPEN) return
    for (let at = 0; at < bytes.length; at += MAX_PIECE_BYTES) {
      socket.send(bytes.subarray(at, at + MAX_PIECE_BYTES), onSent)
    }
    if (socket.bufferedAmount > PAUSE_ABOVE_BYTES) stdin.pause()
  })
  const end = (): void => {
    if (socket.readyState === socket.OPEN) socket.send('{"end":true}')
  }
  stdin.once('end', end)
  stdin.once('error', end)
}

function passOn(socket: WebSocket, pieces: ReturnType<ExecReader['push']>, near: Streams): void {
  for (const { channel, bytes } of pieces) {
    const to = channel === ExecChannel.stdout ? near.stdout : near.stderr
    if (!to.writable || to.write(bytes)) continue
    socket.pause()
    to.once('drain', () => socket.resume())
  }
}

/** A reader that went away (`| head`) has had what it wanted. */
function flushed(stream: Writable): Promise<void> {
  if (!stream.writable) return Promise.resolve()
  return new Promise((resolve) => {
    stream.write('', () => resolve())
  })
}

function statusOf({ status, signal, error }: ExecEnd): number {
  if (error) throw SkeinError.fromBody(error as unknown as ErrorBody)
  if (status !== undefined) return status
  const number = constants.signals[signal as keyof typeof constants.signals] ?? 0
  return SIGNAL_STATUS + number
}

/** `NAME=VALUE` words. Throws `bad_request`. */
export function readEnvironment(words: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf('=')
      if (at < 1) throw new SkeinError('bad_request', { reason: `--env ${word} is not NAME=VALUE` })
      return [word.slice(0, at), word.slice(at + 1)]
    }),
  )
}
