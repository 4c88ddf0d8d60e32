// Opens whichever store `--store` names. Whatever it is, the data folder is this peer's alone: its keys are there, and its
// socket, and two peers with one identity would each undo what the other does.

import { mkdirSync } from 'node:fs'
import { SkeinError } from '#protocol/errors.ts'
import type { StoreAddress } from './address.ts'
import { type FolderLock, lockFolder } from './lock.ts'
import type { Log } from './log.ts'
import { openSqliteStore } from './sqlite/open.ts'
import { type Store, UNFINISHED } from './store.ts'

export interface OpenStoreOptions {
  readonly address: StoreAddress
  /** The data folder; made when it is not there. */
  readonly folder: string
  readonly log: Log
}

export interface OpenedStore {
  readonly store: Store
  /** The store, and then the folder. */
  close(): Promise<void>
}

/**
 * Rejects with `already_running`, `schema_newer`, `schema_altered`, `store_full`, `store_failed`, and for a server's with
 * `store_denied`, `store_untrusted`, `store_not_durable`, `store_unavailable` and `restore_unfinished`.
 */
export async function openStore({ address, folder, log }: OpenStoreOptions): Promise<OpenedStore> {
  if (address.kind === 'sqlite') {
    const { path } = address
    const store = await openSqliteStore({ folder, log, ...(path !== undefined && { path }) })
    return { store, close: () => store.close() }
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const lock = lockFolder(folder)
  try {
    const store = await openWhole(address, log)
    return { store, close: () => closeBoth(store, lock) }
  } catch (error) {
    lock.release()
    throw error
  }
}

/** Drivers are read when they are needed: a peer on a file has no use for the libraries of the others. */
export async function openServerStore(
  address: Exclude<StoreAddress, { kind: 'sqlite' }>,
  log: Log,
): Promise<Store> {
  if (address.kind === 'mysql') {
    const { openMysqlStore } = await import('./mysql/open.ts')
    return openMysqlStore({ address, log })
  }
  const { openRedisStore } = await import('./redis/open.ts')
  return openRedisStore({ address, log })
}

async function openWhole(
  address: Exclude<StoreAddress, { kind: 'sqlite' }>,
  log: Log,
): Promise<Store> {
  const store = await openServerStore(address, log)
  try {
    if ((await store.meta())?.origin === UNFINISHED) throw new SkeinError('restore_unfinished')
    return store
  } catch (error) {
    await store.close()
    throw error
  }
}

async function closeBoth(store: Store, lock: FolderLock): Promise<void> {
  try {
    await store.close()
  } finally {
    lock.release()
  }
}
