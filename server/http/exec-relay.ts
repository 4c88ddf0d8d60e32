// Carries one program's input and outputs between a program's WebSocket and a stream of kind `exec`. What is text and
// what is bytes on the socket is said in protocol/api/connect.ts.

import type { WebSocket } from 'ws'
import { type ExecWish, execWishSchema } from '#protocol/api/connect.ts'
import { SkeinError, toSkeinError } from '#protocol/errors.ts'
import type { Fin } from '#protocol/link.ts'
import type { LinkStream } from '../links/streams.ts'
import { checked } from './body.ts'
import { auditEntry, type EnterCall } from './entering.ts'
import { HeldMessages } from './held-messages.ts'
import { parseJson } from './json.ts'
import type { Door } from './ports.ts'

/** Unsent bytes at which the program is asked to wait. */
const PAUSE_ABOVE_BYTES = 512 * 1024
const RESUME_BELOW_BYTES = 128 * 1024
/** How long a client may take to say what to run, ms. */
const WISH_TIMEOUT_MS = 10_000
/** What is written down of a command: it may hold secrets further on, and may be long. */
const AUDITED_CHARS = 200
const NORMAL = 1000

/** Takes over the socket; every failure ends as an `ExecEnd` and a close. */
export function relayExec(door: Door, call: EnterCall, socket: WebSocket): void {
  const gone = new AbortController()
  socket.once('close', () => gone.abort())
  run(door, call, socket, gone.signal).catch((caught: unknown) => {
    end(socket, { ok: false, error: toSkeinError(caught, call.requestId).body })
  })
}

async function run(
  door: Door,
  call: EnterCall,
  socket: WebSocket,
  signal: AbortSignal,
): Promise<void> {
  const { wish, later } = await readWish(door, socket, signal)
  const { requestId, person, target } = call
  const { command, cwd, env } = wish
  const open = {
    kind: 'exec',
    command,
    ...(cwd !== undefined && { cwd }),
    ...(env && { env }),
  } as const
  const options = { actor: person.actor, requestId, signal }
  const stream = await door.streams.open({ space: target.id }, open, options)
  auditEntry(door, call, 'exec.run', { command: (command[0] ?? '').slice(0, AUDITED_CHARS) })
  if (socket.readyState !== socket.OPEN) return stream.abort()
  socket.once('close', () => stream.abort())
  sendOutput(stream, socket)
  takeInput(stream, socket, later)
  const fin = await stream.finished
  // The reader may still be behind: what the agent sent before its fin goes out first.
  if (!stream.duplex.readableEnded) await new Promise((done) => stream.duplex.once('end', done))
  end(socket, fin)
}

interface Wished {
  readonly wish: ExecWish
  /** Input that is there already; more waits in the kernel. */
  readonly later: HeldMessages
}

/** The first message. Rejects with `bad_request` or `timeout`. */
async function readWish({ clock }: Door, socket: WebSocket, signal: AbortSignal): Promise<Wished> {
  const timer = new AbortController()
  try {
    return await new Promise<Wished>((resolve, reject) => {
      const later = new HeldMessages(socket, (data, isBinary) => {
        if (isBinary)
          return reject(new SkeinError('bad_request', { reason: 'bytes before the command' }))
        try {
          resolve({ wish: checked(execWishSchema, parseJson(data as Buffer)), later })
        } catch (caught) {
          reject(caught)
        }
      })
      signal.addEventListener('abort', () => reject(new SkeinError('link_lost')))
      clock.delay(WISH_TIMEOUT_MS, timer.signal).then(
        () =>
          reject(
            new SkeinError('timeout', { thing: 'The command', seconds: WISH_TIMEOUT_MS / 1000 }),
          ),
        () => undefined,
      )
    })
  } finally {
    timer.abort()
  }
}

function sendOutput({ duplex }: LinkStream, socket: WebSocket): void {
  const onSent = (): void => {
    if (socket.bufferedAmount < RESUME_BELOW_BYTES && duplex.isPaused()) duplex.resume()
  }
  duplex.on('error', () => undefined) // Told by `finished` as well.
  duplex.on('data', (chunk: Buffer) => {
    if (socket.readyState !== socket.OPEN) return
    socket.send(chunk, { binary: true }, onSent)
    if (socket.bufferedAmount > PAUSE_ABOVE_BYTES) duplex.pause()
  })
}

function takeInput({ duplex, fin }: LinkStream, socket: WebSocket, later: HeldMessages): void {
  let hasEnded = false
  duplex.on('drain', () => socket.resume())
  later.release((data, isBinary) => {
    if (hasEnded) return
    if (!isBinary) {
      hasEnded = true
      fin({ ok: true })
    } else if (duplex.writable && !duplex.write(data)) socket.pause()
  })
}

/** The last message and a close. A socket that is closed already takes neither, which is well. */
function end(socket: WebSocket, fin: Fin): void {
  if (socket.readyState !== socket.OPEN) return
  // A paused socket would never hear the other side's close.
  socket.resume()
  socket.send(JSON.stringify(fin))
  socket.close(NORMAL)
}
