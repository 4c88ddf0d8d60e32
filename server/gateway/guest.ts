// Somebody at the gateway: their questions go to the peer over a way of their own, and whether they are let in is the
// peer's answer each time. Nothing is remembered here.

import { z } from 'zod'
import { SkeinError, toSkeinError } from '#protocol/errors.ts'
import type { StreamOpen } from '#protocol/link.ts'
import type { Pace, Paces } from '../../ssh/pace.ts'
import type { SshAuthorise, SshGuest, SshStream, SshTalk } from '../../ssh/ports.ts'
import { jsonLines } from '../spaces/runtime/lines.ts'
import type { Way } from './way.ts'
import {
  endsByItself,
  MAX_ALGORITHM_CHARS,
  MAX_USER_CHARS,
  type Readiness,
  readinessSchema,
  toldSchema,
} from './words.ts'

type Attempt = Parameters<SshAuthorise>[0]

const nothing = z.unknown()

export class RemoteGuest implements SshGuest {
  readonly pace?: Pace
  readonly #way: Way
  #brief = 0

  constructor(way: Way, pace?: Pace) {
    this.#way = way
    if (pace) this.pace = pace
  }

  /** Something runs that ends by itself, which a gateway that ends waits for. */
  get isBusy(): boolean {
    return this.#brief > 0
  }

  /** Asks before it starts a space, where there is somebody to ask. */
  async ready(talk: SshTalk): Promise<void> {
    const asks = talk.ask !== undefined
    const readiness = await this.#ready(talk, !asks)
    if (readiness.is !== 'still' || !talk.ask) return
    const { name, state } = readiness
    if (!(await talk.ask(`The space ${name} is ${state}. Start it?`))) {
      throw new SkeinError('space_not_running', { state })
    }
    await this.#ready(talk, true)
  }

  async open(open: StreamOpen, signal?: AbortSignal): Promise<SshStream> {
    const stream = await this.#way.open('open', { open }, signal)
    if (endsByItself(open)) this.#count(stream)
    return stream
  }

  #count({ duplex }: SshStream): void {
    this.#brief++
    duplex.once('close', () => {
      this.#brief--
    })
  }

  /** Resolves when the space is ready, or stands still and shall not be started. */
  async #ready(talk: SshTalk, start: boolean): Promise<Readiness> {
    const stream = await this.#way.open('ready', { start })
    const readiness = readinessSchema.parse(stream.opened)
    stream.fin({ ok: true })
    for await (const line of jsonLines(stream.duplex)) {
      const told = toldSchema.safeParse(line)
      if (told.success) talk.say(printable(told.data.say))
    }
    const { error } = await stream.finished
    if (error) throw SkeinError.fromBody(error)
    return readiness
  }
}

/** Answers as `SshAuthorise` does. `way` is asked for once there is something to ask. */
export async function authorise(
  way: Promise<Way>,
  { user, credential, isProven }: Attempt,
  paces?: Paces,
): Promise<RemoteGuest | SkeinError> {
  const key =
    credential.type === 'publickey'
      ? {
          algorithm: credential.algorithm.slice(0, MAX_ALGORITHM_CHARS),
          blob: credential.blob.toString('base64'),
        }
      : undefined
  try {
    const to = await way
    // No name of ours is that long; what is left of it is none either, and is counted as an attempt.
    const name = user.slice(0, MAX_USER_CHARS)
    await to.ask('authorise', { user: name, ...(key && { key }), isProven }, nothing)
    return new RemoteGuest(to, key && paces?.of(`key ${key.blob}`))
  } catch (error) {
    return toSkeinError(error)
  }
}

/** A step may name what a template's author wrote. */
const printable = (line: string): string => line.replace(/\p{C}/gu, '')
