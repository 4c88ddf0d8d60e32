// MariaDB, ours and mysql2 alone: prepared statements with as many lines as there are records, in a transaction.

import mysql2, { type Connection } from 'mysql2/promise'
import type { Batch } from '../server/store/store.ts'
import { MariaDb, openMariaDb, PASSWORD } from '../tests/support/mariadb.ts'
import type { Rival } from './store.ts'

export async function mysql(): Promise<Rival> {
  // As a server of its own would have it, not a test's.
  const flags = ['--innodb-buffer-pool-size=512M', '--innodb-log-file-size=96M']
  const server = await MariaDb.start({ flags })
  const own = await server.database()
  await (await openMariaDb(server.url(own))).close()
  const connection = await connect(server, own)
  let database = ''
  return {
    name: 'mysql',
    library: 'mysql2 alone',
    get address() {
      return server.url(database)
    },
    async open() {
      database = await server.database()
      return openMariaDb(server.url(database))
    },
    alone: (batch) => insert(connection, batch),
    async readAll() {
      const reader = await connect(server, database)
      const [rows] = await reader.query('SELECT * FROM record JOIN record_group USING (kind, id)')
      reader.destroy()
      return Array.isArray(rows) ? rows.length : 0
    },
    async [Symbol.asyncDispose]() {
      connection.destroy()
      await server[Symbol.asyncDispose]()
    },
  }
}

function connect({ port }: MariaDb, database: string): Promise<Connection> {
  return mysql2.createConnection({
    host: '127.0.0.1',
    port,
    user: 'skein',
    password: PASSWORD,
    database,
    supportBigNumbers: true,
  })
}

async function insert(connection: Connection, { rows, entries, meta }: Batch): Promise<void> {
  const { revision } = meta
  await connection.query('START TRANSACTION')
  await lines(
    connection,
    'record',
    rows.map(({ kind, id, birth }) => [kind, id, birth.origin, birth.seq, revision]),
  )
  await lines(
    connection,
    'record_group',
    rows.flatMap(({ kind, id, groups }) =>
      groups.map(({ name, body, version }) => {
        const { epoch, hlc, origin, seq } = version
        return [kind, id, name, body, null, epoch, String(hlc), origin, seq, null, revision]
      }),
    ),
  )
  await lines(
    connection,
    'entry',
    entries.map(({ position, stream, subject, atMs, dot, index, body }) => {
      return [position, stream, subject, atMs, dot.origin, dot.seq, index, body, revision]
    }),
  )
  await connection.query('COMMIT')
}

type Cell = string | number | null

async function lines(
  connection: Connection,
  table: string,
  values: readonly (readonly Cell[])[],
): Promise<void> {
  const [first] = values
  if (!first) return
  const line = `(${first.map(() => '?').join(',')})`
  await connection.execute(
    `INSERT INTO ${table} VALUES ${values.map(() => line).join(',')}`,
    values.flat(),
  )
}
