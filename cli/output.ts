// What commands print: text for a person, or one JSON value for a program.

import type { SkeinError } from '#protocol/errors.ts'

export function print(asJson: boolean, value: unknown, text: () => string): void {
  process.stdout.write(`${asJson ? JSON.stringify(value) : text()}\n`)
}

/** The sentence, then what the reader can do. */
export function printError(error: SkeinError, asJson: boolean): void {
  const { code, message, hint } = error.body
  const text = asJson ? JSON.stringify({ error: error.body }) : `${code}: ${message}\n  ${hint}`
  process.stderr.write(`${text}\n`)
}
