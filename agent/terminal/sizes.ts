// The sizes that a terminal has had, each from a position of its output on. Everybody who reads the output, the
// screen included, meets a new size at the same byte, so all of them wrap the same lines.

export interface Size {
  readonly cols: number
  readonly rows: number
}

export interface SizeChange extends Size {
  readonly at: number
  /** Counts up; readers remember the last one that they met. */
  readonly number: number
}

/** Changes that are kept; a reader that is further behind gets a snapshot. */
const MAX_CHANGES = 256

export class Sizes {
  readonly #changes: SizeChange[]

  constructor(first: Size) {
    this.#changes = [{ cols: first.cols, rows: first.rows, at: 0, number: 0 }]
  }

  get latest(): SizeChange {
    return this.#changes.at(-1) as SizeChange
  }

  /** Resized at `at`, the end of the output. Several without output between them are one. */
  add(at: number, { cols, rows }: Size): void {
    const { latest } = this
    if (latest.at === at && latest.number > 0 && this.#changes.length > 1) this.#changes.pop()
    this.#changes.push({ cols, rows, at, number: latest.number + 1 })
    if (this.#changes.length > MAX_CHANGES) this.#changes.shift()
  }

  /** The size for a reader who begins at `position`. */
  at(position: number): SizeChange {
    return (
      this.#changes.findLast((change) => change.at <= position) ?? (this.#changes[0] as SizeChange)
    )
  }

  /** What a reader meets after the change `number`; `missed` when changes in between are forgotten. */
  after(number: number): SizeChange | 'missed' | undefined {
    if (this.latest.number === number) return undefined
    const first = this.#changes[0] as SizeChange
    if (first.number > number + 1) return 'missed'
    return this.#changes.find((change) => change.number > number)
  }
}
