// What SQLite's result codes mean for a commit (sqlite.org/rescode.html). The low byte is the primary code.

const SQLITE_BUSY = 5
const SQLITE_IOERR = 10
const SQLITE_CORRUPT = 11
const SQLITE_FULL = 13

export interface Failure {
  readonly code: 'store_full' | 'store_failed'
  readonly reason: string
  /**
   * Whether the commit may be on disk all the same. After a failed write or sync only the file knows: SQLite has
   * rolled back in memory, but a crash may find the frames complete.
   */
  readonly unsure: boolean
}

export function failureOf(error: unknown): Failure {
  const code = primaryCode(error)
  const reason = error instanceof Error ? error.message : String(error)
  if (code === SQLITE_FULL) return { code: 'store_full', reason, unsure: false }
  return { code: 'store_failed', reason, unsure: code === SQLITE_IOERR || code === SQLITE_CORRUPT }
}

export function isBusy(error: unknown): boolean {
  return primaryCode(error) === SQLITE_BUSY
}

function primaryCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined
}
