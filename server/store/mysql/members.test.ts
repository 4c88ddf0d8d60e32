// Several peers on one real MariaDB.

import { after, before } from 'node:test'
import { MariaDb, mariaDbStore } from '../../../tests/support/mariadb.ts'
import { membersSuite } from '../../../tests/support/members-suite.ts'

let server: MariaDb
before(async () => {
  server = await MariaDb.start()
})
after(() => server[Symbol.asyncDispose]())

membersSuite(mariaDbStore(() => server))
