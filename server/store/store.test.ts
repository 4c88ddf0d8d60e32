// The stores that need no server of their own.

import { longSpans, storeSuite } from '../../tests/support/store-suite.ts'
import { memory, sqlite } from '../../tests/support/stores.ts'

storeSuite(memory)
storeSuite(sqlite)
longSpans(sqlite)
