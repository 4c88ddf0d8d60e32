// Carries numbered bytes (a terminal's, or those of a resumed stream) between a WebSocket and a stream of the space's
// link. The peer understands none of them and keeps none: it only keeps each side from outrunning the other, so that a
// peer may die at any moment and the other end goes on through the next.

import type { WebSocket } from 'ws'
import { SkeinError, toSkeinError } from '#protocol/errors.ts'
import type { StreamOpen } from '#protocol/link.ts'
import { encodeJson, NumberedType } from '#protocol/numbered/frames.ts'
import type { LinkStream } from '../links/streams.ts'
import { auditEntry, type EnterCall } from './entering.ts'
import { assertThere, OnlooksFilter } from './onlookers.ts'
import type { Door } from './ports.ts'

/** Unsent bytes at which the agent is asked to wait; a viewer's whole credit is 256 kB. */
const PAUSE_ABOVE_BYTES = 256 * 1024
const RESUME_BELOW_BYTES = 64 * 1024
/** How long what was sent last may take to arrive after the other end has gone, ms. */
const LAST_WORDS_MS = 5000
/** WebSocket close codes (RFC 6455, 7.4.1). */
const NORMAL = 1000
/** What `ws` reports where no close was received. */
const BROKEN = 1006
const TRY_AGAIN_LATER = 1013

export interface RelayWish {
  readonly open: StreamOpen
  /** How the entry is audited: what was done, and to which part of the space. */
  readonly action: string
  readonly detail: Readonly<Record<string, string | number>>
  /** Only looks on: nothing that is typed passes. */
  readonly watches?: boolean
}

/** Takes over the socket; every failure ends as an error frame and a close. */
export function relayNumbered(
  door: Door,
  call: EnterCall,
  wish: RelayWish,
  socket: WebSocket,
): void {
  // What the browser sends before the stream is open waits in the kernel.
  socket.pause()
  const gone = new AbortController()
  const leave = (): void => gone.abort()
  socket.once('close', leave)
  open(door, call, wish, gone.signal).then(
    (stream) => {
      // From here on the stream is ended in order, after what was typed last.
      socket.off('close', leave)
      join(door, stream, socket, wish.watches ? new OnlooksFilter() : undefined)
    },
    (caught: unknown) => refuse(socket, caught, call.requestId),
  )
}

async function open(
  door: Door,
  call: EnterCall,
  wish: RelayWish,
  signal: AbortSignal,
): Promise<LinkStream> {
  const { actor } = call.person
  const { requestId } = call
  if (wish.watches) await assertThere(door, call, wish.open)
  const options = { actor, requestId, signal }
  const stream = await door.streams.open({ space: call.target.id }, wish.open, options)
  auditEntry(door, call, wish.action, wish.detail)
  return stream
}

function join(
  door: Door,
  stream: LinkStream,
  socket: WebSocket,
  filter: OnlooksFilter | undefined,
): void {
  if (socket.readyState !== socket.OPEN) {
    stream.abort()
    return
  }
  pumpDown(stream, socket)
  pumpUp(stream, socket, filter)
  socket.once('withdrawn', () => refuse(socket, withdrawn(), '-'))
  endTogether(door, stream, socket)
  socket.resume()
}

/** Agent to browser: one message for each piece the link gives, as long as the browser takes them. */
function pumpDown({ duplex }: LinkStream, socket: WebSocket): void {
  const onSent = (): void => {
    if (socket.bufferedAmount < RESUME_BELOW_BYTES && duplex.isPaused()) duplex.resume()
  }
  const options = { binary: true }
  duplex.on('data', (chunk: Buffer) => {
    socket.send(chunk, options, onSent)
    if (socket.bufferedAmount > PAUSE_ABOVE_BYTES) duplex.pause()
  })
}

/** Browser to agent: the WebSocket stops reading while the link's window is full. */
function pumpUp(stream: LinkStream, socket: WebSocket, filter: OnlooksFilter | undefined): void {
  const { duplex } = stream
  const passed = (data: Buffer): Uint8Array => filter?.pass(data) ?? data
  socket.on('message', (data: Buffer) => {
    try {
      if (duplex.writable && !duplex.write(passed(data))) socket.pause()
    } catch (caught) {
      refuse(socket, caught, '-')
      stream.abort()
    }
  })
  duplex.on('drain', () => socket.resume())
}

function endTogether({ clock, log }: Door, stream: LinkStream, socket: WebSocket): void {
  const { duplex } = stream
  let isOver = false
  const over = new AbortController()
  duplex.on('error', () => undefined) // Told by `finished` as well.
  stream.finished.then(
    ({ error }) => {
      isOver = true
      over.abort()
      if (error) refuse(socket, SkeinError.fromBody(error), '-')
      // The reader may still be behind: what the agent sent before its fin goes out first.
      else if (duplex.readableEnded) socket.close(NORMAL)
      else duplex.once('end', () => socket.close(NORMAL))
    },
    (caught: unknown) => {
      isOver = true
      over.abort()
      refuse(socket, caught, '-')
    },
  )
  socket.once('close', (code: number) => {
    if (isOver) return
    if (code === BROKEN) {
      // A broken connection comes back for what it missed: the agent holds it ready, and unacked input is sent again.
      stream.abort()
      log.info({ code }, 'a relayed connection was lost')
      return
    }
    stream.fin({ ok: true })
    duplex.removeAllListeners('data')
    duplex.resume()
    clock
      .delay(LAST_WORDS_MS, over.signal)
      .then(() => stream.abort())
      .catch(() => log.info({}, 'a relayed connection was left'))
  })
}

const withdrawn = (): SkeinError =>
  new SkeinError('forbidden', { action: 'go on in', thing: 'space' })

/** The last frame and a close. A socket that is closed already takes neither, which is well. */
function refuse(socket: WebSocket, caught: unknown, requestId: string): void {
  if (socket.readyState !== socket.OPEN) return
  // A paused socket would never hear the other side's close.
  socket.resume()
  const { body } = toSkeinError(caught, requestId)
  socket.send(encodeJson(NumberedType.error, body), { binary: true })
  socket.close(TRY_AGAIN_LATER)
}
