// Kinds of stores to test, each with a place of its own to be opened in again and again. Those of database servers are
// beside what starts the server.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MemoryStore, openSharedMemoryStore } from '../../server/store/memory.ts'
import { openSqliteStore } from '../../server/store/sqlite/open.ts'
import type { Store } from '../../server/store/store.ts'
import { quietLog } from './rows.ts'

export interface Place extends AsyncDisposable {
  /** One at a time, but for shared stores: close the one before first. */
  open(): Promise<Store>
}

export interface StoreUnderTest {
  readonly name: string
  make(): Promise<Place>
}

export const memory: StoreUnderTest = {
  name: 'memory',
  async make() {
    const store = new MemoryStore()
    return { open: async () => store.reopen(), async [Symbol.asyncDispose]() {} }
  },
}

export const sqlite: StoreUnderTest = {
  name: 'sqlite',
  async make() {
    const folder = await mkdtemp(join(tmpdir(), 'skein-store-'))
    return {
      open: () => openSqliteStore({ folder, log: quietLog }),
      [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
    }
  },
}

const sharedMemory: StoreUnderTest = {
  name: 'memory',
  async make() {
    const store = openSharedMemoryStore()
    return { open: async () => store.share(), async [Symbol.asyncDispose]() {} }
  },
}

/** Those whose places may be open several times at once. */
export const sharedStores: readonly StoreUnderTest[] = [sharedMemory]

/** Those that need no server of their own. */
export const stores: readonly StoreUnderTest[] = [memory, sqlite]
