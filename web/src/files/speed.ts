// How fast something goes, over the last seconds and not since the start. Pure but for the samples it keeps.

const OVER_MS = 4000

export class Speed {
  readonly #samples: { bytes: number; atMs: number }[] = []

  /** `bytes` are all so far; less than before when something is sent again. */
  add(bytes: number, atMs: number): void {
    this.#samples.push({ bytes, atMs })
    while ((this.#samples[0]?.atMs ?? atMs) < atMs - OVER_MS) this.#samples.shift()
  }

  get bytesPerSecond(): number {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)]
    if (!first || !last || last.atMs - first.atMs < 100) return 0
    return Math.max(0, ((last.bytes - first.bytes) / (last.atMs - first.atMs)) * 1000)
  }
}
