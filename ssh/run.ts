// Runs one shell or command for a channel: pieces of protocol/session.ts to and from the space, then the exit status
// after the last byte of output.

import { SkeinError } from '#protocol/errors.ts'
import type { Fin, StreamOpen } from '#protocol/link.ts'
import {
  encodeResize,
  encodeSessionPiece,
  SessionPiece,
  SessionReader,
  sessionPieceHead,
} from '#protocol/session.ts'
import type { Channel } from './channel.ts'
import type { Feed } from './feed.ts'
import { carryOut } from './join.ts'
import type { SshStream } from './ports.ts'
import type { TerminalSize } from './terminal-size.ts'

export type SessionOpen = Extract<StreamOpen, { kind: 'session' }>

/** What ssh itself exits with when a connection breaks; scripts know it. */
export const LOST_STATUS = 255
/** sysexits' EX_SOFTWARE, for what is a fault of ours. */
const FAULT_STATUS = 70
const REFUSED_STATUS = 1
const SIGNAL = /^[A-Z][A-Z0-9+-]{1,15}$/
/** Above what two writes of input leave waiting, bytes, resizes and signals are dropped: the program takes nothing. */
const MAX_UNSENT_BYTES = 1024 * 1024

export class Run {
  readonly #channel: Channel
  readonly #feed: Feed
  #stream: SshStream | undefined

  /** `feed` holds what was typed before the program ran. */
  constructor(channel: Channel, feed: Feed) {
    this.#channel = channel
    this.#feed = feed
  }

  resize({ cols, rows }: TerminalSize): void {
    this.#control(encodeResize(cols, rows))
  }

  signal(name: string): void {
    if (SIGNAL.test(name)) {
      this.#control(encodeSessionPiece(SessionPiece.signal, Buffer.from(name)))
    }
  }

  /** The channel takes more output. */
  drained(): void {
    this.#stream?.duplex.resume()
  }

  abort(): void {
    this.#stream?.abort()
  }

  /** Carries until the program has ended and its end is told, or the stream or the channel is lost. */
  async carry(stream: SshStream): Promise<void> {
    this.#stream = stream
    if (this.#channel.isClosed) stream.abort()
    this.#feed.connect(stream.duplex, (bytes) => sessionPieceHead(SessionPiece.input, bytes))
    const endInput = () => this.#control(encodeSessionPiece(SessionPiece.input, new Uint8Array(0)))
    this.#feed.ended.then(endInput, () => undefined)
    const reader = new SessionReader()
    const fin = await carryOut(stream, (chunk) => this.#output(reader, chunk))
    if (fin) stream.fin({ ok: true })
    tellEnd(this.#channel, fin)
  }

  #output(reader: SessionReader, chunk: Buffer): void {
    let isRoom = true
    try {
      for (const { type, bytes } of reader.push(chunk)) {
        const isError = type === SessionPiece.errorOutput
        if (isError || type === SessionPiece.output) {
          isRoom = this.#channel.send(asBuffer(bytes), isError)
        }
      }
    } catch (caught) {
      this.#stream?.abort(caught instanceof Error ? caught : undefined)
    }
    if (!isRoom) this.#stream?.duplex.pause()
  }

  /** A program that takes nothing loses resizes and signals in the end, and nobody's memory grows. */
  #control(piece: Uint8Array): void {
    const duplex = this.#stream?.duplex
    if (duplex && !duplex.writableEnded && duplex.writableLength < MAX_UNSENT_BYTES) {
      duplex.write(piece)
    }
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** The status or signal, then the end of the output and the close, each after what was sent before. */
export function tellEnd(channel: Channel, fin: Fin | undefined): void {
  if (!fin) {
    tellFailure(channel, new SkeinError('link_lost'), LOST_STATUS)
    return
  }
  if (fin.error) {
    tellFailure(channel, SkeinError.fromBody(fin.error), REFUSED_STATUS)
    return
  }
  const signal = fin.signal?.replace(/^SIG/, '')
  if (signal !== undefined && SIGNAL.test(signal)) {
    channel.request('exit-signal', signal, false, '', '')
  } else channel.request('exit-status', fin.status ?? (fin.ok ? 0 : 1))
  channel.eof()
  channel.close()
}

/** One sentence on standard error, and the exit status. */
export function tellFailure(channel: Channel, caught: unknown, status?: number): void {
  const isOurs = caught instanceof SkeinError
  const error = isOurs ? caught : new SkeinError('internal', { requestId: '-' }, caught)
  channel.send(Buffer.from(`skein: ${error.message}\r\n`), true)
  channel.request('exit-status', status ?? (isOurs ? REFUSED_STATUS : FAULT_STATUS))
  channel.eof()
  channel.close()
}
