// Where a client dials: its own peer first, and after each connection that broke or failed the next peer, at once. Half of
// them go round one way and half the other, or all would be at one peer soon and nothing would pass between two.

export class Urls {
  readonly #urls: readonly string[]
  readonly #step: number
  #at: number

  /** `number` is the client's among all. */
  constructor(urls: readonly string[], first: number, number: number) {
    this.#urls = urls
    this.#at = first % urls.length
    this.#step = number % 2 === 0 ? 1 : urls.length - 1
  }

  get current(): string {
    return this.#urls[this.#at] ?? ''
  }

  next(): void {
    this.#at = (this.#at + this.#step) % this.#urls.length
  }
}
