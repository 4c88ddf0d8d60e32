// A backup holds its records in a SQLite file, whatever the server that it was made on keeps them in: from a database server into such
// a file, and back into one.

import { join } from 'node:path'
import { SkeinError } from '#protocol/errors.ts'
import { type StoreAddress, storeText } from '../store/address.ts'
import type { Log } from '../store/log.ts'
import { openServerStore } from '../store/open.ts'
import { DATABASE_FILE, openSqliteStore } from '../store/sqlite/open.ts'
import type { Store } from '../store/store.ts'
import { copyStore } from './copy-store.ts'
import type { Contents } from './format.ts'
import { differenceOf, inspectDatabase } from './inspect.ts'

export type ServerStore = Exclude<StoreAddress, { kind: 'sqlite' }>

/** Writes `state.db` into a folder. Rejects with `data_missing` where the database is new, and the codes of the stores. */
export async function fileOf(address: ServerStore, folder: string): Promise<void> {
  await withServer(address, async (server) => {
    const meta = await intoFile(server, folder)
    if (!meta) throw new SkeinError('data_missing', { folder: storeText(address) })
  })
}

/**
 * Copies a `state.db` of this version's tables into a database that is new, and compares what is there then. Rejects with
 * `restore_not_empty` and the codes of the stores.
 */
export async function intoServer(
  folder: string,
  address: ServerStore,
  compared: string,
): Promise<Contents> {
  const wanted = inspectDatabase(join(folder, DATABASE_FILE))
  await withServer(address, async (server) => {
    const file = await openSqliteStore({ folder, log: silent })
    try {
      await copyStore(file, server, storeText(address))
    } finally {
      await file.close()
    }
    await intoFile(server, compared)
  })
  const found = inspectDatabase(join(compared, DATABASE_FILE))
  const difference = differenceOf(wanted, found)
  if (difference) throw new SkeinError('restore_failed', { reason: difference })
  return found
}

async function intoFile(server: Store, folder: string) {
  const file = await openSqliteStore({ folder, log: silent })
  try {
    return await copyStore(server, file, folder)
  } finally {
    await file.close()
  }
}

async function withServer(address: ServerStore, work: (store: Store) => Promise<void>) {
  const store = await openServerStore(address, silent)
  try {
    await work(store)
  } finally {
    await store.close()
  }
}

/** What goes wrong is thrown; the rest is of no use to who waits for a copy. */
const silent: Log = { info() {}, warn() {}, error() {} }
