// The files of migrations/mysql, cut into statements. Unlike SQLite's they cannot be run in a transaction: a server commits
// before and after every change of its tables.

import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'

const FILE = /^(\d{4})_[a-z0-9_]+\.sql$/

export interface Migration {
  readonly number: number
  readonly name: string
  readonly statements: readonly string[]
  readonly checksum: string
}

export function readMigrations(folder: URL): Migration[] {
  const names = readdirSync(folder).filter((name) => FILE.test(name))
  return names.toSorted().map((name) => {
    const text = readFileSync(new URL(name, folder), 'utf8')
    const checksum = createHash('sha256').update(text).digest('hex')
    return { number: Number(name.slice(0, 4)), name, statements: statementsOf(text), checksum }
  })
}

/** A statement ends with a semicolon at the end of a line; a comment has a line of its own. */
export function statementsOf(text: string): string[] {
  const code = text
    .split('\n')
    .filter((line) => !/^\s*--/.test(line))
    .join('\n')
  return code
    .split(/;[ \t]*(?:\n|$)/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '')
}
