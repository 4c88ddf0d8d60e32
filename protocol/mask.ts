// Takes secrets out of what is shown and kept: timelines, logs, failures. Whatever a program or an engine says may hold
// what it was given, so every text about a space that did not come from us goes through here.

import type { ErrorBody } from './errors.ts'

export const MASKED = '•••'
/** Shorter values would take ordinary words out of every log, and are no secrets. */
const LEAST_CHARS = 3

export class Mask {
  readonly #values: readonly string[]
  readonly #isBlind: boolean

  /** `blind` shows nothing at all, for when the secrets are not known. */
  constructor(secrets: readonly string[], { blind = false } = {}) {
    const lines = secrets.flatMap((secret) => [secret, ...secret.split(/\r?\n/)])
    const long = [...new Set(lines)].filter((value) => value.trim().length >= LEAST_CHARS)
    // The longest first: one secret may be a part of another.
    this.#values = long.toSorted((a, b) => b.length - a.length)
    this.#isBlind = blind
  }

  static readonly none = new Mask([])
  static readonly all = new Mask([], { blind: true })

  text(text: string): string {
    if (this.#isBlind) return MASKED
    return this.#values.reduce((masked, value) => masked.replaceAll(value, MASKED), text)
  }

  lines(lines: readonly string[]): string[] {
    return lines.map((line) => this.text(line))
  }

  error(body: ErrorBody): ErrorBody {
    const details = Object.entries(body.details).map(([key, value]) => [
      key,
      typeof value === 'string' ? this.text(value) : value,
    ])
    return { ...body, message: this.text(body.message), details: Object.fromEntries(details) }
  }
}
