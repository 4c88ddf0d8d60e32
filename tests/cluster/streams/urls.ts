// Where a client dials: its own peer first, and after each connection that broke or failed the next peer, at once.

export class Urls {
  readonly #urls: readonly string[]
  #at: number

  constructor(urls: readonly string[], first: number) {
    this.#urls = urls
    this.#at = first % urls.length
  }

  get current(): string {
    return this.#urls[this.#at] ?? ''
  }

  next(): void {
    this.#at = (this.#at + 1) % this.#urls.length
  }
}
