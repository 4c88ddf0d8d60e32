// A server on MariaDB, as people run it: set up, used, its database killed and back, itself killed and back. What could not
// be saved is refused and said; what was acknowledged is there.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Api } from '../support/api.ts'
import { eventually } from '../support/eventually.ts'
import { MariaDb, PASSWORD } from '../support/mariadb.ts'
import { Skein } from '../support/skein.ts'

const WAIT_MS = 60_000
const TEMPLATE = `name: Small
main: dev
services:
  dev:
    image: skein/debian-test:1
    user: root
`

let database: MariaDb
let skein: Skein
let api: Api

before(async () => {
  database = await MariaDb.start()
  const store = database.url(await database.database()).replace(/:[^:@]*@/, '@')
  const env = { SKEIN_STORE_PASSWORD: PASSWORD }
  ;({ skein, api } = await Skein.start({ flags: ['--store', store], env }))
})
after(async () => {
  await skein.close()
  await database[Symbol.asyncDispose]()
})

async function readiness(): Promise<{ ready: boolean; reasons: string[] }> {
  const answer = await fetch(`${skein.url}/readyz`)
  return (await answer.json()) as { ready: boolean; reasons: string[] }
}

test('a space is made, runs, and stands in the database', async () => {
  const { id: templateId } = await api.createTemplate(TEMPLATE)
  const { space } = await api.createSpace({ name: 'first', templateId })
  await api.until(space.id, 'running')
  const [row] = await database.sql('SELECT COUNT(*) AS count FROM skein_1.record')
  assert(row && Number(row.count) > 5)
})

test('while the database is killed pages go on, changes are refused and /readyz says why', async () => {
  await database.kill()
  assert.equal((await api.spaces()).length, 1)
  await assert.rejects(api.createTemplate(TEMPLATE.replace('Small', 'Lost')), {
    code: 'store_unavailable',
  })
  const { ready, reasons } = await readiness()
  assert.deepEqual([ready, reasons], [false, ['its database does not answer']])
  assert.equal((await api.spaces()).length, 1)
})

test('when it is back changes are taken again, without a restart', async () => {
  await database.up()
  await eventually(async () => (await readiness()).ready, { timeoutMs: WAIT_MS, what: 'readiness' })
  const kept = () => api.createTemplate(TEMPLATE.replace('Small', 'Kept'))
  await eventually(kept, { timeoutMs: WAIT_MS, what: 'a change' })
  const names = (await api.templates()).map(({ name }) => name)
  assert(names.includes('Kept') && !names.includes('Lost'), names.join())
})

test('a server that is killed and starts again has everything', async () => {
  process.kill(skein.peerPid, 'SIGKILL')
  const names = async () => (await api.templates()).map(({ name }) => name)
  await eventually(async () => (await names()).includes('Kept'), {
    timeoutMs: WAIT_MS,
    what: 'the server with its templates',
  })
  assert.equal((await api.spaces()).length, 1)
  await api.deleteSpaces()
})

test('the password is in no log', () => {
  assert(!skein.output.join('\n').includes(PASSWORD))
})
