// One file on its way into the space: whole when it is small, in pieces when it is not, so that a pause or a lost
// connection costs one piece.

import { newId } from '#protocol/ids.ts'
import { backoffMs } from '../net/backoff.ts'
import { RequestError } from '../net/request.ts'
import { pieceUrl, removeFile } from './api.ts'
import { joinPath, parentOf } from './paths.ts'
import { Lost, sendPiece } from './send-piece.ts'

const PIECE_BYTES = 8 * 1024 * 1024
/** With waits of up to two seconds: some minutes, which a laptop takes to find another network. */
const MAX_TRIES = 100

export interface UploadHooks {
  /** Of the whole file, also downwards when something is sent again. */
  onSent(bytes: number): void
  onRetry(isRetrying: boolean): void
}

export class Upload {
  readonly #spaceId: string
  readonly #file: File
  readonly #hooks: UploadHooks
  readonly #id: string = newId()
  readonly #path: string
  #done = 0

  constructor(spaceId: string, path: string, file: File, hooks: UploadHooks) {
    this.#spaceId = spaceId
    this.#path = path
    this.#file = file
    this.#hooks = hooks
  }

  /** Sends what has not arrived yet. Rejects with a `RequestError`, or with the signal's reason. */
  async run(ifAbsent: boolean, signal: AbortSignal): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        await this.#go(ifAbsent, signal)
        return
      } catch (error) {
        if (this.#isGap(error)) continue
        if (!(error instanceof Lost) || tries >= MAX_TRIES) throw error
        this.#hooks.onRetry(true)
        await delay(backoffMs(tries + 2, Math.random()), signal)
        this.#hooks.onSent(this.#done)
        this.#hooks.onRetry(false)
      }
    }
  }

  /** Takes away what has arrived of a file that will not be finished. */
  async discard(): Promise<void> {
    if (this.#done === 0) return
    const part = joinPath(parentOf(this.#path), `.skein-${this.#id}.part`)
    await removeFile(this.#spaceId, part).catch(() => undefined)
  }

  async #go(ifAbsent: boolean, signal: AbortSignal): Promise<void> {
    const { size } = this.#file
    do {
      const from = this.#done
      const to = Math.min(size, from + PIECE_BYTES)
      const isFinal = to === size
      // With the id of the upload also when it is whole: one whose answer was lost is known when it comes again.
      const piece = { upload: this.#id, offset: from, final: isFinal ? '1' : '0' } as const
      await sendPiece({
        url: pieceUrl(this.#spaceId, { ...piece, path: this.#path, parents: '1' }),
        body: this.#file.slice(from, to),
        ifAbsent,
        onSent: (bytes) => this.#hooks.onSent(Math.min(to, from + bytes)),
        signal,
      })
      this.#done = to
      this.#hooks.onSent(to)
    } while (this.#done < size)
  }

  #isGap(error: unknown): boolean {
    if (!(error instanceof RequestError) || error.code !== 'upload_gap') return false
    this.#done = Math.min(this.#done, Number(error.details.size))
    return true
  }
}

function delay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      reject(signal.reason)
    })
  })
}
