// Our rows in MariaDB beside mysql2 alone: prepared statements of as many lines as there are, in one transaction, into the same
// tables of a database of its own on the same server.

import mysql, { type Connection } from 'mysql2/promise'
import type { StoredRow } from '../server/store/store.ts'
import { MariaDb, openMariaDb, PASSWORD } from '../tests/support/mariadb.ts'
import type { BenchRow } from './report.ts'
import { type Alone, measureStore } from './store-measure.ts'

/** As a server of some size has them, in place of a test's. */
const FLAGS = ['--innodb-buffer-pool-size=512M', '--innodb-log-file-size=96M']

export async function mysqlRows(): Promise<BenchRow[]> {
  await using server = await MariaDb.start({ flags: FLAGS })
  const [ours, theirs] = [await server.database(), await server.database()]
  await (await openMariaDb(server.url(theirs))).close() // makes the tables
  const connection = await mysql.createConnection({
    host: '127.0.0.1',
    port: server.port,
    user: 'skein',
    password: PASSWORD,
    database: theirs,
    supportBigNumbers: true,
    rowsAsArray: true,
  })
  try {
    return await measureStore({
      name: 'mysql',
      peer: 'mysql2 alone',
      open: () => openMariaDb(server.url(ours)),
      alone: new AloneMysql(connection),
    })
  } finally {
    connection.destroy()
  }
}

type Cell = string | number | null

class AloneMysql implements Alone {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  async write(rows: readonly StoredRow[]): Promise<void> {
    const records = rows.map(({ kind, id, birth }) => [kind, id, birth.origin, birth.seq, 1])
    const groups = rows.flatMap(({ kind, id, groups }) =>
      groups.map(({ name, body, version }) => {
        const { epoch, hlc, origin, seq } = version
        return [kind, id, name, body, null, epoch, String(hlc), origin, seq, null, 1]
      }),
    )
    await this.#connection.query('START TRANSACTION')
    await this.#insert('record', records)
    await this.#insert('record_group', groups)
    await this.#connection.query('COMMIT')
  }

  async readAll(): Promise<number> {
    await this.#connection.query('SELECT * FROM record_group')
    const [records] = await this.#connection.query('SELECT * FROM record')
    return Array.isArray(records) ? records.length : 0
  }

  async #insert(table: string, lines: readonly (readonly Cell[])[]): Promise<void> {
    const line = `(${lines[0]?.map(() => '?').join(',')})`
    const text = `INSERT INTO ${table} VALUES ${lines.map(() => line).join(',')}`
    await this.#connection.execute(text, lines.flat())
  }
}
