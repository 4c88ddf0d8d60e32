// Stores of several peers that need no server of their own.

import { newsSuite } from '../../tests/support/news-suite.ts'
import { sharedStores } from '../../tests/support/stores.ts'

for (const kind of sharedStores) newsSuite(kind)
