// The audit as a file: one JSON object a line, or a table for a spreadsheet. It is made as it is read, so that a year of it
// takes no more memory than an hour.

import type { AuditEvent, AuditExportFormat } from '#protocol/api/audit.ts'

export const contentTypes: Record<AuditExportFormat, string> = {
  ndjson: 'application/x-ndjson; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
}

type Column = readonly [name: string, of: (event: AuditEvent) => unknown]

const columns: readonly Column[] = [
  ['at', ({ at }) => at],
  ['actor_kind', ({ actor }) => actor.kind],
  ['actor', ({ actor }) => actor.name],
  ['actor_id', ({ actor }) => actor.id],
  ['action', ({ action }) => action],
  ['target_kind', ({ target }) => target?.kind],
  ['target', ({ target }) => target?.name],
  ['target_id', ({ target }) => target?.id],
  ['address', ({ address }) => address],
  ['credential_kind', ({ credential }) => credential?.kind],
  ['credential_id', ({ credential }) => credential?.id],
  ['detail', ({ detail }) => detail],
  ['before', ({ before }) => before],
  ['after', ({ after }) => after],
  ['peer', ({ origin }) => origin],
  ['id', ({ id }) => id],
]

/** What stands before the first entry. */
export const headOf = (format: AuditExportFormat): string =>
  format === 'csv' ? row(columns.map(([name]) => name)) : ''

export const lineOf = (format: AuditExportFormat, event: AuditEvent): string =>
  format === 'csv' ? row(columns.map(([, of]) => of(event))) : `${JSON.stringify(event)}\n`

const row = (values: readonly unknown[]): string => `${values.map(cell).join(',')}\r\n`

/** What a spreadsheet takes for the beginning of a formula, also behind white space (OWASP, CSV injection). */
const FORMULA = /^\s*[=+\-@\t\r\n＝＋－＠]/

/** Quoted always (RFC 4180); an apostrophe in front keeps a spreadsheet from computing it. */
function cell(value: unknown): string {
  if (value === undefined || value === null) return ''
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return `"${(FORMULA.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`
}

/** Bytes gathered into one piece. */
const PIECE_CHARS = 32 * 1024

/** The file in pieces. `most` entries; behind them it fails, so that a file which is not whole is not taken for one. */
export async function* fileOf(
  format: AuditExportFormat,
  events: AsyncIterable<AuditEvent>,
  most: number,
  tooMany: () => Error,
): AsyncGenerator<Uint8Array> {
  let text = headOf(format)
  let count = 0
  for await (const event of events) {
    if (++count > most) throw tooMany()
    text += lineOf(format, event)
    if (text.length < PIECE_CHARS) continue
    yield Buffer.from(text)
    text = ''
  }
  if (text !== '') yield Buffer.from(text)
}
