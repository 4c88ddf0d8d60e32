// The cluster's keys: one to seal with, and others that still or already open. A key is changed without interruption in
// three moves, each made everywhere before the next: install the new one, use it, retire the old one.

import { createHash, timingSafeEqual } from 'node:crypto'

export const CLUSTER_KEY_BYTES = 32
/** The old key, the new one, and one that a slow peer still has. */
export const MAX_KEYS = 3

export interface ClusterKey {
  /** Names the key on the wire, and says nothing about it. */
  readonly tag: number
  readonly secret: Buffer
}

export class Keyring {
  readonly #keys = new Map<number, ClusterKey>()
  #used: ClusterKey

  constructor(secret: Buffer) {
    this.#used = keyOf(secret)
    this.#keys.set(this.#used.tag, this.#used)
  }

  get used(): ClusterKey {
    return this.#used
  }

  get tags(): readonly number[] {
    return [...this.#keys.keys()]
  }

  find(tag: number): ClusterKey | undefined {
    return this.#keys.get(tag)
  }

  /** From now on opens what is sealed with it. Throws a RangeError for a key of another length, or one too many. */
  install(secret: Buffer): number {
    const key = keyOf(secret)
    const same = this.#keys.get(key.tag)
    if (same && !timingSafeEqual(same.secret, key.secret)) {
      throw new RangeError('Another key has the same tag; make a new one.')
    }
    if (!same && this.#keys.size >= MAX_KEYS) throw new RangeError(`There are ${MAX_KEYS} keys.`)
    this.#keys.set(key.tag, key)
    return key.tag
  }

  /** From now on seals with it. */
  use(tag: number): void {
    const key = this.#keys.get(tag)
    if (!key) throw new RangeError('No such key is installed.')
    this.#used = key
  }

  /** From now on nothing that is sealed with it opens. The key that seals cannot be retired. */
  retire(tag: number): void {
    if (tag === this.#used.tag) throw new RangeError('The key in use cannot be retired.')
    this.#keys.delete(tag)
  }
}

function keyOf(secret: Buffer): ClusterKey {
  if (secret.length !== CLUSTER_KEY_BYTES)
    throw new RangeError(`A key has ${CLUSTER_KEY_BYTES} bytes.`)
  const tag = createHash('sha256').update('skein key tag').update(secret).digest()[0] ?? 0
  return { tag, secret }
}
