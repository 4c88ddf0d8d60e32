// Every kind of store, each with a place of its own to be opened in again and again.

import { MemoryStore } from '../../server/store/memory.ts'
import type { Store } from '../../server/store/store.ts'

export interface Place extends AsyncDisposable {
  /** One at a time: close the one before first. */
  open(): Promise<Store>
}

export interface StoreUnderTest {
  readonly name: string
  make(): Promise<Place>
}

const memory: StoreUnderTest = {
  name: 'memory',
  async make() {
    const store = new MemoryStore()
    return { open: async () => store.reopen(), async [Symbol.asyncDispose]() {} }
  },
}

export const stores: readonly StoreUnderTest[] = [memory]
