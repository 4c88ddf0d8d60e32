// A template with a side database is changed, planned, published and rolled back while its spaces run, by two people at two
// peers of one cluster: one writes at the first, the other at the second, and each sees what the other did.
// `SKEIN_TEST_PICTURES=folder` keeps pictures.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { newId } from '#protocol/ids.ts'
import { TerminalScreen } from '../e2e/screen.ts'
import { publish, signIn, writeSource } from '../e2e/walk.ts'
import { type Api, TEST_PASSWORD } from '../support/api.ts'
import { desktop, launchBrowser, phone, phoneThemes, Visitor } from '../support/browser.ts'
import { docker } from '../support/docker.ts'
import type { Skein } from '../support/skein.ts'
import { administrator, startPeers } from './support.ts'

const template = (more = '') => `name: Node with a database
icon: node
description: A main container and a database beside it.
parameters:
  memory: { type: size, label: Memory, default: 256m, min: 64m, max: 8g }
  seeded: { type: switch, label: Seed the database, default: false }
  rows: { type: number, label: Rows, default: 10, when: { seeded: true } }
main: dev
apps: [{ name: Web, port: 3000 }]
services:
  db:
    image: skein/busybox-test:1
    command: [sleep, "100000"]
    volumes: [rows:/rows]
  dev:
    image: skein/debian-test:1
    hostname: \${{ space.name }}
    mem_limit: \${{ param.memory }}
    volumes: [home:/srv]
    depends_on: [db]
${more}`

const CACHE = `  cache:
    image: skein/busybox-test:1
    command: [sleep, "100000"]
`

let peers: readonly Skein[] = []
let apis: readonly Api[] = []
let browser: Browser
let ada: Visitor
let eve: Visitor
let templateId = ''
const ids = [newId<'space'>(), newId<'space'>()] as const

before(async () => {
  peers = await startPeers(2)
  apis = await administrator(peers)
  const [api] = apis
  assert.ok(api && peers[0] && peers[1])
  const body = { username: 'eve', displayName: '', role: 'administrator', password: TEST_PASSWORD }
  await api.call('POST', '/users', { ...body, id: newId<'user'>() })
  templateId = (await api.createTemplate(template())).id
  await api.createSpace({ id: ids[0], name: 'north', templateId })
  await api.createSpace({ id: ids[1], name: 'south', templateId })
  for (const id of ids) await api.until(id, 'running')
  browser = await launchBrowser()
  ada = await Visitor.arrive(browser, peers[0].url)
  eve = await Visitor.arrive(browser, peers[1].url, { theme: 'light' })
  await signIn(ada.page, 'ada')
  await signIn(eve.page, 'eve')
})

after(async () => {
  await browser?.close()
  await apis[0]?.deleteSpaces().catch(() => undefined)
  await Promise.all(peers.map((peer) => peer.close()))
})

const tab = (page: Page, name: string) => page.getByRole('tab', { name }).click()
const editor = (page: Page) => page.getByRole('textbox', { name: 'Template source' })

/** Nothing for axe in either theme, wide or on a phone, and nothing to push sideways. */
async function isForEveryone(visitor: Visitor, name: string): Promise<void> {
  assert.deepEqual(await visitor.accessFaults(name), [])
  await visitor.resize(phone)
  assert.deepEqual(await visitor.accessFaults(`${name}-phone`, phoneThemes), [])
  assert.equal(await visitor.overflowPx(), 0)
  await visitor.resize(desktop)
}

test('while one types, words are offered and mended by keys, and the form appears', async () => {
  const { page } = ada
  await page.goto(`/templates/${templateId}`)
  await editor(page).click()
  await isForEveryone(ada, 'editor')
  await page.keyboard.press('Control+End')
  await page.keyboard.type('    mem_li')
  await page.getByRole('option', { name: 'mem_limit' }).waitFor()
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+Space')
  await page.getByRole('option', { name: 'mem_limit' }).waitFor()
})
