// Rows and claims as SQLite gives them where there are many: columns by place, numbers as numbers, a clock in two halves.
// A name for each column and a bigint for each number take twice the time.

import type { DatabaseSync, SQLInputValue, SQLOutputValue } from 'node:sqlite'
import { z } from 'zod'
import { CLAIM_KIND } from '../store.ts'
import type { GroupExtras, HalvedStamp, RowPacker } from './packed.ts'

export type Value = SQLOutputValue | undefined
export type Line = readonly Value[]

/** The stamp of `g`. */
const STAMP = 'g.epoch, g.hlc >> 32, g.hlc & 4294967295, g.origin, g.seq'
/** Of a record `r` with one of its groups `g`, or none. */
export const ROW_COLUMNS = `r.kind, r.id, r.birth_origin, r.birth_seq, g.name, g.body, ${STAMP}, g.unknown, g.past`
/** Of a claim `g`. */
export const CLAIM_COLUMNS = `g.claim, g.birth_origin, g.birth_seq, g.state, g.holder, ${STAMP}`

export interface LinesReader {
  iterate(bounds?: Readonly<Record<string, SQLInputValue>>): Iterable<Line>
}

export function prepareLines(file: DatabaseSync, sql: string): LinesReader {
  const statement = file.prepare(sql)
  statement.setReturnArrays(true)
  return {
    iterate: (bounds = {}) => statement.iterate(bounds) as Iterable<unknown> as Iterable<Line>,
  }
}

export function packRow(rows: RowPacker, line: Line): void {
  rows.row(String(line[0]), String(line[1]), String(line[2]), Number(line[3]))
}

/** Answers how long its body is, bytes; nothing where the line has no group. */
export function packGroup(rows: RowPacker, line: Line): number | undefined {
  const name = line[4]
  if (name === null || name === undefined) return undefined
  const extras = extrasOf(line[11], line[12])
  const text = String(line[5])
  rows.group(String(name), text, halvedOf(line, 6), extras)
  return text.length + (extras?.unknown?.length ?? 0)
}

export function packClaim(claims: RowPacker, line: Line): void {
  claims.row(CLAIM_KIND, String(line[0]), String(line[1]), Number(line[2]))
  claims.group(String(line[3]), String(line[4]), halvedOf(line, 5))
}

function halvedOf(line: Line, at: number): HalvedStamp {
  return {
    epoch: Number(line[at]),
    high: Number(line[at + 1]),
    low: Number(line[at + 2]),
    origin: String(line[at + 3]),
    seq: Number(line[at + 4]),
  }
}

function extrasOf(unknown: Value, past: Value): GroupExtras | undefined {
  if (unknown === null && past === null) return undefined
  return {
    unknown: unknown instanceof Uint8Array ? unknown : undefined,
    ...(typeof past === 'string' && { past: pastOf(past) }),
  }
}

const pastSchema = z.array(z.tuple([z.string(), z.number()]))

export function pastOf(text: string) {
  return pastSchema.parse(JSON.parse(text)).map(([origin, seq]) => ({ origin, seq }))
}
