// Joins a channel to a stream of plain bytes, both ways with half close: a forwarded port or socket, the forwarded
// agent, a file transfer.

import type { Fin } from '#protocol/link.ts'
import type { Channel } from './channel.ts'
import { Feed } from './feed.ts'
import type { SshStream } from './ports.ts'

interface JoinOptions {
  /** Holds what came before the stream was open. */
  readonly feed?: Feed
  /** All of the stream's bytes are sent; undefined when it was lost. */
  onFin?(fin: Fin | undefined): void
}

/** Resolves when both directions have ended; a side that breaks takes the other with it. */
export async function join(
  channel: Channel,
  stream: SshStream,
  options: JoinOptions = {},
): Promise<void> {
  const feed = options.feed ?? new Feed((bytes) => channel.taken(bytes))
  const { duplex } = stream
  const clientEnded = Promise.withResolvers<void>()
  const endStream = () => {
    stream.fin({ ok: true })
    clientEnded.resolve()
  }
  const abort = () => {
    stream.abort()
    clientEnded.resolve()
  }
  feed.ended.then(endStream, abort)
  channel.serve({
    onData: (bytes) => feed.push(bytes),
    onEof: () => feed.end(),
    onClosed: abort,
    onDrain: () => duplex.resume(),
  })
  if (channel.isClosed) abort()
  feed.connect(duplex)
  const fin = await carryOut(stream, (bytes) => {
    if (!channel.send(bytes)) duplex.pause()
  })
  options.onFin?.(fin)
  if (fin?.ok) {
    channel.eof()
    await clientEnded.promise
  }
  channel.close()
}

/** Hands on what the stream sends; resolves with its fin once all is handed on, or undefined when it was lost. */
export async function carryOut(
  stream: SshStream,
  onBytes: (bytes: Buffer) => void,
): Promise<Fin | undefined> {
  const { duplex } = stream
  const over = Promise.withResolvers<void>()
  duplex.on('data', onBytes)
  duplex.once('end', () => over.resolve())
  duplex.once('close', () => over.resolve())
  duplex.on('error', () => over.resolve())
  if (duplex.destroyed) over.resolve()
  await over.promise
  if (!duplex.readableEnded) return undefined
  return stream.finished.catch(() => undefined)
}
