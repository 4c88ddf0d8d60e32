// The stores that need no server of their own.

import { sharedStoreSuite } from '../../tests/support/shared-store-suite.ts'
import { longSpans, storeSuite } from '../../tests/support/store-suite.ts'
import { memory, sharedMemory, sqlite } from '../../tests/support/stores.ts'

storeSuite(memory)
storeSuite(sqlite)
longSpans(sqlite)
sharedStoreSuite(sharedMemory)
