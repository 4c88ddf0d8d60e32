// What every store keeps and refuses, and several peers on one, by a real MariaDB: one for all, since a start takes a second.

import { after, before } from 'node:test'
import { MariaDb, mariaDbStore } from '../../../tests/support/mariadb.ts'
import { membersSuite } from '../../../tests/support/members-suite.ts'
import { newsSuite } from '../../../tests/support/news-suite.ts'
import { longSpans, storeSuite } from '../../../tests/support/store-suite.ts'

let server: MariaDb
before(async () => {
  server = await MariaDb.start()
})
after(() => server[Symbol.asyncDispose]())

const mariadb = mariaDbStore(() => server)
storeSuite(mariadb)
longSpans(mariadb)
newsSuite(mariadb)
membersSuite(mariadb)
