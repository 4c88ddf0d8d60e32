// All that is kept for clients that may come back, by actor and name; and the streams that attach to it.

import type { Duplex } from 'node:stream'
import { SkeinError, toSkeinError } from '#protocol/errors.ts'
import type { StreamOpen } from '#protocol/link.ts'
import { type ByteAttach, readByteAttach } from '#protocol/numbered/byte-messages.ts'
import {
  encodeJson,
  FrameReader,
  type NumberedFrame,
  NumberedType,
} from '#protocol/numbered/frames.ts'
import type { Clock } from '../clock.ts'
import type { ServedStream } from '../link/served.ts'
import { attachedFrame, type Connection, Resumed } from './resumed.ts'

type Open = Extract<StreamOpen, { kind: 'resumable' }>

/** Kept at a time; each may hold 1 MB that nobody has acked, and an SSH connection with all that runs in it. */
export const MAX_RESUMABLE = 64
/** What may wait to be read by a client that asks and never reads, bytes. */
const MAX_UNREAD_BYTES = 8 * 1024 * 1024

interface Kept {
  readonly to: string
  readonly actorId: string
  readonly resumed: Resumed
}

export interface ResumablesOptions {
  readonly clock: Clock
  readonly limit?: number
}

export class Resumables {
  readonly #clock: Clock
  readonly #limit: number
  readonly #kept = new Map<string, Kept>()
  /** Being opened: a client that comes twice meanwhile gets the same. */
  readonly #opening = new Map<string, Promise<Kept>>()

  constructor({ clock, limit = MAX_RESUMABLE }: ResumablesOptions) {
    this.#clock = clock
    this.#limit = limit
  }

  get count(): number {
    return this.#kept.size
  }

  /**
   * Serves one connection of a client until its stream ends; `openFar` opens what a new name leads to. Resolves then,
   * whatever ended it: what goes wrong is told by a frame and by the fin.
   */
  async serve(stream: ServedStream, open: Open, openFar: () => Promise<Duplex>): Promise<void> {
    stream.accept()
    const attached = new Attached(stream, (attach) => this.#find(stream, open, attach, openFar))
    await attached.run()
  }

  close(): void {
    for (const { resumed } of this.#kept.values()) resumed.destroy()
  }

  /** Undefined when the run that the client knew is no more. */
  async #find(
    stream: ServedStream,
    open: Open,
    attach: ByteAttach,
    openFar: () => Promise<Duplex>,
  ): Promise<Resumed | undefined> {
    const { actor } = stream
    const key = `${actor.kind} ${actor.id} ${attach.stream}`
    const to = JSON.stringify(open.to)
    const known = this.#kept.get(key) ?? (await this.#opening.get(key))
    if (known) {
      const isSame = known.to === to && known.resumed.client === attach.client
      if (isSame) return known.resumed
      throw new SkeinError('conflict', { thing: 'stream' })
    }
    if (attach.run !== undefined) return undefined
    const making = this.#make(key, { to, actorId: actor.id }, attach.client, openFar)
    this.#opening.set(key, making)
    try {
      return (await making).resumed
    } finally {
      this.#opening.delete(key)
    }
  }

  async #make(
    key: string,
    what: Omit<Kept, 'resumed'>,
    client: string,
    openFar: () => Promise<Duplex>,
  ): Promise<Kept> {
    this.#makeRoom(what.actorId)
    const far = await openFar()
    const onOver = () => {
      if (this.#kept.get(key)?.resumed === resumed) this.#kept.delete(key)
    }
    const resumed = new Resumed({ far, client, clock: this.#clock, onOver })
    const kept = { ...what, resumed }
    this.#kept.set(key, kept)
    return kept
  }

  /** Somebody's own that was left the longest ago gives its place to a new one of theirs; never anybody else's. */
  #makeRoom(actorId: string): void {
    if (this.#kept.size + this.#opening.size < this.#limit) return
    const away = [...this.#kept.values()]
      .filter((kept) => kept.actorId === actorId)
      .map(({ resumed }) => ({ resumed, sinceMs: resumed.awaySinceMs ?? Number.POSITIVE_INFINITY }))
      .filter(({ sinceMs }) => Number.isFinite(sinceMs))
      .sort((a, b) => a.sinceMs - b.sinceMs)
    if (!away[0]) throw new SkeinError('too_many_streams', { limit: this.#limit })
    away[0].resumed.destroy()
  }
}

/** One stream: numbered frames on a duplex, turned into calls on what they attach to. */
class Attached implements Connection {
  readonly #stream: ServedStream
  readonly #find: (attach: ByteAttach) => Promise<Resumed | undefined>
  readonly #reader = new FrameReader()
  #resumed: Resumed | undefined
  #isFinished = false

  constructor(stream: ServedStream, find: (attach: ByteAttach) => Promise<Resumed | undefined>) {
    this.#stream = stream
    this.#find = find
  }

  async run(): Promise<void> {
    const { duplex } = this.#stream
    duplex.on('drain', () => this.#resumed?.drained(this))
    try {
      for await (const chunk of duplex.iterator({ destroyOnReturn: false })) {
        for (const frame of this.#reader.push(chunk as Uint8Array)) await this.#take(frame)
      }
      this.finish()
    } catch (caught) {
      this.#fail(caught)
    } finally {
      this.#resumed?.detach(this)
    }
  }

  send(frame: Uint8Array): boolean {
    const { duplex } = this.#stream
    if (!duplex.writable) return true
    if (duplex.writableLength > MAX_UNREAD_BYTES) {
      duplex.destroy(new SkeinError('too_large', { thing: 'unread output', limit: '8 MB' }))
      return true
    }
    return duplex.write(frame)
  }

  finish(): void {
    if (this.#isFinished) return
    this.#isFinished = true
    this.#stream.fin({ ok: true })
  }

  replaced(): void {
    this.#stream.duplex.destroy()
  }

  async #take(frame: NumberedFrame): Promise<void> {
    if (this.#isFinished) return
    if (this.#resumed) {
      this.#resumed.take(frame)
      return
    }
    if (frame.type !== NumberedType.attach) {
      throw new SkeinError('frame_invalid', { reason: `type ${frame.type} before attach` })
    }
    const attach = readByteAttach(frame.body)
    const resumed = await this.#find(attach)
    const answer = resumed?.answer(attach) ?? ({ mode: 'gone' } as const)
    this.send(attachedFrame(answer))
    if (!resumed || answer.mode === 'gone') {
      this.finish()
      return
    }
    // A stream that broke meanwhile has nobody to attach.
    if (this.#stream.duplex.destroyed) return
    this.#resumed = resumed
    resumed.attach(this, answer.from)
  }

  /** A broken stream fails too, and then there is nobody to tell. */
  #fail(caught: unknown): void {
    if (this.#isFinished || this.#stream.duplex.destroyed) return
    this.#isFinished = true
    const error = toSkeinError(caught, this.#stream.requestId)
    this.send(encodeJson(NumberedType.error, error.body))
    this.#stream.fin({ ok: false, error: error.body })
    // What still comes is not read, but the stream has to reach its end.
    this.#stream.duplex.resume()
  }
}
