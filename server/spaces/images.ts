// The images of a space: there already, or pulled. Spaces that want the same image share one pull.

import { SkeinError } from '#protocol/errors.ts'
import type { Owner } from './owner.ts'
import type { Engine, Image } from './runtime/engine.ts'
import type { PullProgress } from './runtime/pull.ts'
import type { RegistryLogin } from './runtime/registry-login.ts'

interface SharedPull {
  readonly done: Promise<void>
  readonly watchers: Set<(progress: PullProgress) => void>
}

/** As whom an image is pulled. Throws `value_unreadable`. */
export type LoginFor = (image: string) => RegistryLogin | undefined

export class Images {
  readonly #engine: Engine
  readonly #loginFor: LoginFor
  readonly #pulls = new Map<string, SharedPull>()

  constructor(engine: Engine, loginFor: LoginFor = () => undefined) {
    this.#engine = engine
    this.#loginFor = loginFor
  }

  find(owner: Owner, name: string): Promise<Image | undefined> {
    return this.#engine.image(owner, name)
  }

  /**
   * Rejects with `image_missing`, or with the signal's reason: the pull goes on for those who still want it, and for
   * the next start otherwise.
   */
  async pull(
    owner: Owner,
    name: string,
    onProgress: (progress: PullProgress) => void,
    signal: AbortSignal,
  ): Promise<Image> {
    const shared = this.#pulls.get(name) ?? this.#begin(owner, name)
    shared.watchers.add(onProgress)
    try {
      await until(shared.done, signal)
    } finally {
      shared.watchers.delete(onProgress)
    }
    const image = await this.find(owner, name)
    if (image !== undefined) return image
    throw new SkeinError('image_missing', { image: name, reason: 'it is not there after the pull' })
  }

  #begin(owner: Owner, name: string): SharedPull {
    const watchers = new Set<(progress: PullProgress) => void>()
    const onProgress = (progress: PullProgress) => {
      for (const watcher of watchers) watcher(progress)
    }
    const done = this.#engine
      .pull(owner, name, { onProgress, login: this.#loginFor(name) })
      .finally(() => this.#pulls.delete(name))
    // Everyone may have gone when it fails; those who wait are told by their own await.
    done.catch(() => undefined)
    const shared = { done, watchers }
    this.#pulls.set(name, shared)
    return shared
  }
}

/** The promise, or the signal's reason if that comes first. */
function until<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) return Promise.reject(signal.reason)
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

/** Throws `wrong_architecture` when the host cannot run the image. An image that names none is taken as it is. */
export function checkArchitecture(name: string, image: Image, ours: string): void {
  if (image.architecture === '' || image.architecture === ours) return
  throw new SkeinError('wrong_architecture', { image: name, theirs: image.architecture, ours })
}
