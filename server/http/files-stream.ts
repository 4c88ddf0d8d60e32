// Streams of kind `files` to a space's agent. The agent is its user's, so what it answers is checked; and it is ended in
// order and not cut wherever that is possible, since a link bears only so many resets.

import type { Readable } from 'node:stream'
import type { z } from 'zod'
import type { HttpName } from '#protocol/api/operations.ts'
import { SkeinError } from '#protocol/errors.ts'
import type { StreamOpen } from '#protocol/link.ts'
import { audited } from '../identity/audit.ts'
import type { LinkStream } from '../links/streams.ts'
import type { Row } from '../records/records.ts'
import type { Door } from './ports.ts'
import { by, type CallOf, type ClosedCall } from './route.ts'

/** How long an agent may take over what should take no time, ms: a network file system may be slow to answer. */
const ASK_TIMEOUT_MS = 30_000
/** What an agent says at the end of its work, bytes. */
const MAX_RESULT_BYTES = 256 * 1024

/** Of one operation, or of any. */
export type FilesCall<K extends HttpName | undefined = undefined> = Omit<
  K extends HttpName ? CallOf<K, Row<'space'>> : ClosedCall<unknown, Row<'space'>>,
  'body'
>
export type FilesOpen = Omit<Extract<StreamOpen, { kind: 'files' }>, 'kind'>

/** Rejects with `space_not_running` or what the agent refuses with. */
export async function openFiles(
  door: Door,
  call: FilesCall,
  open: FilesOpen,
  signal: AbortSignal,
): Promise<LinkStream> {
  const { requestId, person, target } = call
  const options = { actor: person.actor, requestId, signal }
  try {
    return await door.streams.open({ space: target.id }, { kind: 'files', ...open }, options)
  } catch (error) {
    const isAway = error instanceof SkeinError && error.code === 'agent_not_linked'
    const state = door.spaces.show(target.id)?.state
    if (!isAway || state === undefined || state === 'running') throw error
    throw new SkeinError('space_not_running', { state }, error)
  }
}

/** One operation whose whole answer is in the opening. */
export async function askFiles<S extends z.ZodType>(
  door: Door,
  call: FilesCall,
  open: FilesOpen,
  answer: { readonly schema: S; readonly signal: AbortSignal },
): Promise<z.output<S>> {
  const ask = async (signal: AbortSignal) => {
    const stream = await openFiles(door, call, open, signal)
    await endingWith(stream, signal, () => {
      stream.duplex.resume()
      return concluded(stream)
    })
    return understood(answer.schema, stream.opened)
  }
  return await soon(door, answer.signal, ask)
}

/** Runs what an agent should answer soon. Rejects with `timeout`. */
export async function soon<T>(
  { clock }: Door,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const timer = new AbortController()
  const late = new AbortController()
  clock.delay(ASK_TIMEOUT_MS, timer.signal).then(
    () => late.abort(),
    () => undefined,
  )
  try {
    return await work(AbortSignal.any([signal, late.signal]))
  } catch (caught) {
    if (!late.signal.aborted) throw caught
    throw new SkeinError('timeout', { thing: 'The agent', seconds: ASK_TIMEOUT_MS / 1000 }, caught)
  } finally {
    timer.abort()
  }
}

/** Ends our side in order and waits for the agent's verdict; a client that goes meanwhile ends both. */
export async function concluded(stream: LinkStream): Promise<void> {
  stream.fin({ ok: true })
  await verdict(stream)
}

/** The agent's fin. Rejects with its error. */
export async function verdict(stream: LinkStream): Promise<void> {
  const { ok, error } = await stream.finished
  if (error) throw SkeinError.fromBody(error)
  if (!ok) throw new SkeinError('link_lost')
}

/** While `work` runs, the signal ends the stream. */
export async function endingWith<T>(
  stream: LinkStream,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const end = (): void => stream.abort()
  if (signal.aborted) end()
  signal.addEventListener('abort', end)
  try {
    return await work()
  } finally {
    signal.removeEventListener('abort', end)
  }
}

/** What the agent says its work came to, once it is done. */
export async function resultOf<S extends z.ZodType>(
  stream: LinkStream,
  schema: S,
): Promise<z.output<S>> {
  const chunks: Buffer[] = []
  let bytes = 0
  stream.duplex.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes <= MAX_RESULT_BYTES) chunks.push(chunk)
  })
  const ended = new Promise<void>((resolve) => {
    stream.duplex.once('end', resolve)
    stream.duplex.once('close', resolve)
  })
  await verdict(stream)
  await ended
  return understood(schema, parse(Buffer.concat(chunks)))
}

/**
 * Sends a request's body to the agent as fast as that takes it, until it is whole, breaks off, or the agent wants no
 * more; then says to the agent which it was, who puts nothing half into its place.
 */
export async function sendBody(stream: LinkStream, body: Readable): Promise<void> {
  const isWhole = await carried(stream, body)
  stream.fin({ ok: isWhole })
}

/** By events and not by racing promises: a race keeps every piece until the last of its runners is there. */
function carried({ duplex, finished }: LinkStream, body: Readable): Promise<boolean> {
  return new Promise((resolve) => {
    const take = (piece: Buffer): void => {
      if (!duplex.writable || !duplex.write(piece)) body.pause()
    }
    const goOn = (): void => {
      body.resume()
    }
    const stop = (isWhole: boolean) => (): void => {
      body.off('data', take).off('end', whole).off('error', broken).off('close', broken)
      duplex.off('drain', goOn)
      body.pause()
      resolve(isWhole)
    }
    const whole = stop(true)
    const broken = stop(false)
    finished.then(broken, broken)
    // Whoever hangs up causes errors that nobody may leave unheard.
    body.on('error', () => undefined)
    body.on('data', take).on('end', whole).on('error', broken).on('close', broken)
    duplex.on('drain', goOn)
  })
}

/**
 * The pieces of a download, whole or not at all: it fails unless the agent says that was everything, and where `bytes`
 * were announced, unless it is exactly as many. One byte more would be read as the beginning of our next answer.
 */
export async function* piecesOf(
  { log }: Door,
  stream: LinkStream,
  requestId: string,
  bytes?: number,
): AsyncGenerator<Uint8Array> {
  let isOver = false
  let left = bytes ?? Number.POSITIVE_INFINITY
  try {
    const pieces = stream.duplex.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>
    for await (const piece of pieces) {
      left -= piece.length
      if (left < 0) throw unannounced('longer')
      yield piece
    }
    if (bytes !== undefined && left > 0) throw unannounced('shorter')
    await concluded(stream)
    isOver = true
  } catch (err) {
    log.warn({ err, requestId }, 'a download broke off')
    throw err
  } finally {
    if (!isOver) stream.abort()
  }
}

const unannounced = (how: 'longer' | 'shorter'): SkeinError =>
  new SkeinError('frame_invalid', { reason: `the file is ${how} than the agent said` })

/** Not waited for: a full disk of the peer must not keep people from their files. */
export function audit(
  { records, visits, log }: Door,
  call: FilesCall,
  action: 'file.read' | 'file.write',
  detail: { readonly path: string; readonly op: string; readonly to?: string },
): void {
  const { id, groups } = call.target
  if (!visits.begins(call.person.credential.id, id, action, detail.op, detail.path)) return
  const target = { kind: 'space', id, name: groups.name?.name ?? id }
  const note = audited(by(call), action, target, detail)
  records
    .transact(() => ({ changes: [note], result: undefined }))
    .catch((err: unknown) => {
      log.error({ err, requestId: call.requestId }, 'access to a file not audited')
    })
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString())
  } catch {
    return undefined
  }
}

export function understood<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value)
  if (!parsed.success) throw new SkeinError('frame_invalid', { reason: 'the agent’s answer' })
  return parsed.data
}
