// What an import says of each word that it could not take as it stands, with its place in the Compose file.

import type { ComposeNote } from '#protocol/api/bundles.ts'
import type { Place } from './tree.ts'

/** The rest of a longer list tells nothing more. */
const MAX_NOTES = 500

export class Notes {
  readonly #notes: ComposeNote[] = []

  /** In the order of the file. */
  get all(): readonly ComposeNote[] {
    return this.#notes.toSorted((a, b) => a.line - b.line || a.column - b.column)
  }

  changed(at: Place, word: string, message: string): void {
    this.#add(at, word, 'changed', message)
  }

  left(at: Place, word: string, message: string): void {
    this.#add(at, word, 'left', message)
  }

  #add({ line, column }: Place, word: string, what: ComposeNote['what'], message: string): void {
    if (this.#notes.length >= MAX_NOTES) return
    this.#notes.push({
      line,
      column,
      word: word.slice(0, 200),
      what,
      message: message.slice(0, 500),
    })
  }
}
