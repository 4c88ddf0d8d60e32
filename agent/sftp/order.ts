// In which order requests are done. Clients send many at once and are answered in any order, but must see what they
// would see if each had waited for the one before: so what may touch the same bytes waits, and the rest runs together.

/** What a request does to an open file. `alone`: everything before it is done first, and nothing runs beside it. */
export type Access =
  | { readonly kind: 'read' }
  | { readonly kind: 'write'; readonly from: number; readonly to: number }
  | { readonly kind: 'alone' }

/** The requests of one open file. */
export class FileOrder {
  /** Of the group that runs now. */
  #kind: Access['kind'] = 'alone'
  #writtenTo = 0
  /** What the next group waits for, and all of the newest group. */
  #before: Promise<unknown> = Promise.resolve()
  #group: Promise<unknown> = Promise.resolve()

  /** Reads run together, and writes that follow one another in the file. Settles as `work` does. */
  run<T>(access: Access, work: () => Promise<T>): Promise<T> {
    if (!this.#joins(access)) {
      this.#before = this.#group
      this.#kind = access.kind
      this.#writtenTo = 0
    }
    if (access.kind === 'write') this.#writtenTo = Math.max(this.#writtenTo, access.to)
    const done = this.#before.then(work)
    // Without its answers, or each group would hold those of all before it.
    this.#group = Promise.allSettled([this.#group, done]).then(() => undefined)
    return done
  }

  #joins(access: Access): boolean {
    if (access.kind === 'alone' || access.kind !== this.#kind) return false
    return access.kind === 'read' || access.from >= this.#writtenTo
  }
}

/** Requests on paths: one after the other. */
export class PathOrder {
  #last: Promise<unknown> = Promise.resolve()

  run<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work)
    this.#last = done.catch(() => undefined)
    return done
  }
}
