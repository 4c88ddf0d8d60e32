// One stream of kind `terminal`: numbered frames on a duplex, turned into calls on the terminal that it attaches to.

import type { Duplex } from 'node:stream'
import { SkeinError, toSkeinError } from '#protocol/errors.ts'
import type { Fin, StreamOpen } from '#protocol/link.ts'
import {
  type Ended,
  encodeAt,
  encodeJson,
  FrameReader,
  MAX_NUMBERED_BODY_BYTES,
  type NumberedFrame,
  NumberedType,
  readAt,
  readBytes,
  readResize,
} from '#protocol/numbered/frames.ts'
import { readAttach } from '#protocol/numbered/messages.ts'
import type { AttachedViewer, OpenTerminal, Terminals } from './terminals.ts'
import type { Sink } from './viewer.ts'

/** What of a link's served stream is used here. */
export interface TerminalStream {
  readonly open: StreamOpen
  readonly duplex: Duplex
  accept(opened?: unknown): void
  refuse(error: SkeinError): void
  fin(status: Fin): void
}

/** What may wait to be read by a client, bytes: four of the largest frames. */
const MAX_UNREAD_BYTES = 4 * MAX_NUMBERED_BODY_BYTES
const MAX_COLS = 1000
const MAX_ROWS = 500

/** Serves one viewer until its stream ends. Resolves then, whatever ended it. */
export async function handleTerminal(stream: TerminalStream, terminals: Terminals): Promise<void> {
  const { open } = stream
  if (open.kind !== 'terminal') {
    stream.refuse(new SkeinError('stream_unsupported', { kind: open.kind }))
    return
  }
  stream.accept()
  const session = new TerminalSession(stream, open, terminals)
  await session.run()
}

class TerminalSession implements Sink {
  readonly #stream: TerminalStream
  readonly #open: OpenTerminal
  readonly #terminals: Terminals
  readonly #reader = new FrameReader()
  #attached: AttachedViewer | undefined
  #finished = false

  constructor(stream: TerminalStream, open: OpenTerminal, terminals: Terminals) {
    this.#stream = stream
    this.#open = open
    this.#terminals = terminals
  }

  async run(): Promise<void> {
    const { duplex } = this.#stream
    duplex.on('drain', () => this.#drained())
    let lost = true
    try {
      for await (const chunk of duplex.iterator({ destroyOnReturn: false })) {
        if (this.#finished) continue
        for (const frame of this.#reader.push(chunk as Uint8Array)) await this.#take(frame)
      }
      lost = false
    } catch (caught) {
      this.#fail(caught)
    } finally {
      this.#leave(lost)
      if (!lost) this.#fin({ ok: true })
    }
  }

  send(frame: Uint8Array): boolean {
    const { duplex } = this.#stream
    if (!duplex.writable) return true
    // Output is bounded by credit; this is for a client that asks (pings, types) and never reads an answer.
    if (duplex.writableLength > MAX_UNREAD_BYTES) {
      duplex.destroy(new SkeinError('too_large', { thing: 'unread output', limit: '16 MB' }))
      return true
    }
    return duplex.write(frame)
  }

  finish(ended: Ended): void {
    this.#fin({ ok: true, ...ended })
    this.#leave(false)
  }

  replaced(): void {
    this.#stream.duplex.destroy()
  }

  #drained(): void {
    if (this.#attached) this.#attached.terminal.drained(this.#attached.viewer)
  }

  async #take(frame: NumberedFrame): Promise<void> {
    if (this.#finished) return
    if (!this.#attached) {
      await this.#attach(frame)
      return
    }
    const { terminal, viewer } = this.#attached
    switch (frame.type) {
      case NumberedType.in:
        if (this.#open.watch)
          throw new SkeinError('forbidden', { action: 'type in', thing: 'terminal' })
        terminal.input(viewer, readAt(frame.body), readBytes(frame.body))
        return
      case NumberedType.ackOut:
        terminal.acked(viewer, readAt(frame.body))
        return
      case NumberedType.resize:
        if (!this.#open.watch) terminal.resize(viewer, readSize(frame.body))
        return
      case NumberedType.ping:
        this.send(encodeAt(NumberedType.pong, readAt(frame.body)))
        return
      case NumberedType.attach:
      case NumberedType.attached:
      case NumberedType.out:
      case NumberedType.ackIn:
      case NumberedType.fin:
      case NumberedType.snapshot:
      case NumberedType.error:
      case NumberedType.viewers:
      case NumberedType.pong:
        throw new SkeinError('frame_invalid', { reason: `type ${frame.type} from a client` })
    }
  }

  async #attach(frame: NumberedFrame): Promise<void> {
    if (frame.type !== NumberedType.attach) {
      throw new SkeinError('frame_invalid', { reason: `type ${frame.type} before attach` })
    }
    const request = readAttach(frame.body)
    this.#attached = await this.#terminals.attach(this.#open, request, this)
    if (!this.#attached) this.#fin({ ok: true })
    else if (this.#finished) this.#leave(false)
  }

  #leave(lost: boolean): void {
    const attached = this.#attached
    this.#attached = undefined
    attached?.terminal.detach(attached.viewer, { lost })
  }

  /** A broken stream fails too, and then there is nobody to tell. */
  #fail(caught: unknown): void {
    if (this.#finished || this.#stream.duplex.destroyed) return
    const error = toSkeinError(caught)
    this.send(encodeJson(NumberedType.error, error.body))
    this.#fin({ ok: false, error: error.body })
    // What still comes is not read, but the stream has to reach its end.
    this.#stream.duplex.resume()
  }

  #fin(status: Fin): void {
    if (this.#finished) return
    this.#finished = true
    this.#stream.fin(status)
  }
}

function readSize(body: Uint8Array): { cols: number; rows: number } {
  const { cols, rows } = readResize(body)
  if (cols < 2 || cols > MAX_COLS || rows < 1 || rows > MAX_ROWS) {
    throw new SkeinError('frame_invalid', { reason: `size ${cols} by ${rows}` })
  }
  return { cols, rows }
}
