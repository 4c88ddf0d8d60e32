// A database that goes away under a peer, as people see it: what is there can be read, what is changed is refused with a
// sentence, and everything says so until it is back.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import type { Api } from '../support/api.ts'
import { launchBrowser, Visitor } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import { RedisServer } from '../support/redis.ts'
import { Skein } from '../support/skein.ts'
import { signIn } from './walk.ts'

const PATIENCE_MS = 60_000
const template = (name: string) =>
  `name: ${name}\nmain: dev\nservices:\n  dev: {image: skein/debian-test:1}\n`

let redis: RedisServer
let skein: Skein
let api: Api
let browser: Browser
let ada: Visitor

before(async () => {
  redis = await RedisServer.start()
  ;({ skein, api } = await Skein.start({ flags: ['--store', redis.url()] }))
  browser = await launchBrowser()
  ada = await Visitor.arrive(browser, skein.url)
})

after(async () => {
  await browser?.close()
  await skein?.close()
  await redis?.[Symbol.asyncDispose]()
})

test('while the database is away a page says so, reading goes on, and nothing acknowledged is missing afterwards', async () => {
  await signIn(ada.page, 'ada')
  await api.createTemplate(template('Kept'))
  await redis.kill()
  const line = ada.page.getByText('Spaces and terminals go on; nothing can be changed')
  await line.waitFor({ timeout: PATIENCE_MS })
  assert.deepEqual(
    (await api.templates()).map(({ name }) => name),
    ['Kept'],
  )
  await ada.page.goto('/cluster')
  await ada.page.getByText('· no database').first().waitFor({ timeout: PATIENCE_MS })
  assert.deepEqual(await ada.accessFaults('database-away'), [])
  const begunMs = performance.now()
  await assert.rejects(api.createTemplate(template('Refused')), { code: 'store_unavailable' })
  const waitedMs = performance.now() - begunMs
  assert(waitedMs < 30_000, `it waited ${waitedMs} ms`)
  await redis.up()
  await line.waitFor({ state: 'detached', timeout: PATIENCE_MS })
  await eventually(() => api.createTemplate(template('Later')), {
    timeoutMs: PATIENCE_MS,
    what: 'a change',
  })
  const names = (await api.templates()).map(({ name }) => name)
  assert(names.includes('Kept'))
  await skein.killPeer()
  assert.deepEqual((await api.templates()).map(({ name }) => name).toSorted(), names.toSorted())
})
