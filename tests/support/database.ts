// A database server for a test that runs with any: by its name, as SKEIN_TEST_STORE has it.

import { MariaDb } from './mariadb.ts'
import { RedisServer } from './redis.ts'

export interface Database extends AsyncDisposable {
  /** Of `skein server`. */
  readonly flags: readonly string[]
}

/** Undefined where the state is to be in the data folder. */
export async function databaseFor(name: string | undefined): Promise<Database | undefined> {
  switch (name) {
    case undefined:
    case 'sqlite':
      return undefined
    case 'redis': {
      const server = await RedisServer.start()
      return { flags: ['--store', server.url()], [Symbol.asyncDispose]: disposal(server) }
    }
    case 'mariadb': {
      const server = await MariaDb.start()
      const flags = ['--store', server.url(await server.database())]
      return { flags, [Symbol.asyncDispose]: disposal(server) }
    }
  }
  throw new Error(`${name} is no store that is known`)
}

const disposal = (server: AsyncDisposable) => () => server[Symbol.asyncDispose]()
