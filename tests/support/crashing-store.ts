// The store's thread, but it dies at the commit of a setting `crash`: before or after the commit, as its value says.

import { DatabaseSync } from 'node:sqlite'
import '../../server/store/sqlite/worker.ts'

const NEWEST = `SELECT body ->> '$.value' AS value FROM record_group
  WHERE body ->> '$.key' = 'crash' AND seq = (SELECT seq FROM meta)`

const exec = DatabaseSync.prototype.exec
DatabaseSync.prototype.exec = function (this: DatabaseSync, sql: string): void {
  const crash = sql === 'COMMIT' ? this.prepare(NEWEST).get()?.value : undefined
  if (crash === 'before') process.exit(1)
  exec.call(this, sql)
  if (crash === 'after') process.exit(1)
}
