// A person at one peer's host name when that peer is killed: the page goes on by itself at another's, over WebSockets that
// its ticket opens, and one click takes the session there.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { resolveTestNames, trust } from '../https/names.ts'
import { comeIn } from '../https/visit.ts'
import { launchBrowser, Visitor } from '../support/browser.ts'
import { TestAuthority } from '../support/certificates.ts'
import { freePath } from '../support/skein.ts'
import { TWO_NAMES, TWO_NAMES_RULES, TwoPeers } from './two-names.ts'

const authority = new TestAuthority()
let two: TwoPeers
let browser: Browser
before(async () => {
  resolveTestNames()
  trust(authority.cert)
  two = await TwoPeers.open(authority, ['--docker', freePath('no-engine.sock')])
  browser = await launchBrowser({ hosts: TWO_NAMES_RULES, trusts: [authority.cert] })
})
after(async () => {
  await browser?.close()
  await two?.close()
})

test('a page whose peer is killed goes on at another, and continues there after one click', async () => {
  const visitor = await Visitor.arrive(browser, two.first.url)
  const { page } = visitor
  page.on('websocket', (ws) => {
    console.log('ws', ws.url())
    ws.on('framereceived', (f) => console.log('<', String(f.payload).slice(0, 300)))
    ws.on('socketerror', (e) => console.log('err', e))
  })
  await comeIn(page, 'ada')
  await page.goto('/account')
  await page.getByRole('heading', { name: 'Account' }).waitFor()
  await page
    .locator('span', { hasText: /^north\s*[\d.]+ ms$/ })
    .first()
    .waitFor()
  await visitor.whileCutOff(async () => {
    two.kill(two.first)
    await page.getByRole('button', { name: 'Continue on south' }).waitFor()
    assert.deepEqual(await visitor.accessFaults('away'), [])
    await page.getByRole('button', { name: 'Continue on south' }).click()
    await page.waitForURL((url) => url.hostname === TWO_NAMES[1])
    await page.getByRole('heading', { name: 'Account' }).waitFor()
  })
  assert.equal(new URL(page.url()).pathname, '/account')
  assert.deepEqual(visitor.complaints, [])
})
