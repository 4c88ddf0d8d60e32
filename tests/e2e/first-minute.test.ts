// How long a newcomer waits for a shell: from the set-up link, over the first starter template, to the answer of a
// command. Also that both pages of set-up are for everyone.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { Api } from '../support/api.ts'
import { launchBrowser, Visitor } from '../support/browser.ts'
import { Skein } from '../support/skein.ts'
import { TerminalScreen } from './screen.ts'
import { becomeAdministrator, chooseStarters, createSpace } from './walk.ts'

/** What is promised is a minute; the test's person types faster than any. */
const PROMISE_MS = 60_000

let skein: Skein
let browser: Browser
let signedUp = false

before(async () => {
  ;({ skein } = await Skein.start({ bare: true }))
  browser = await launchBrowser()
})

after(async () => {
  await browser?.close()
  if (signedUp) {
    const api = new Api(skein.url)
    await api.signIn('grace')
    await api.deleteSpaces()
  }
  await skein?.close()
})

test('from the set-up link to an answered command it takes less than a minute', async (t) => {
  const url = await skein.setupUrl()
  const grace = await Visitor.arrive(browser, url)
  const { page } = grace
  const beganMs = performance.now()
  await page.goto(url)
  await page.getByLabel('User name').waitFor()
  assert.deepEqual(await grace.accessFaults('set-up'), [])
  await becomeAdministrator(page, url, 'grace')
  signedUp = true
  assert.deepEqual(await grace.accessFaults('starters'), [])
  await chooseStarters(page, ['Debian shell'])
  await createSpace(page, 'first-space', { 'Name for git': 'Grace Hopper' })
  const screen = new TerminalScreen(page)
  await screen.connected()
  await screen.enter('ls /; echo answered-by-$GIT_AUTHOR_NAME')
  await screen.shows(/^answered-by-Grace Hopper$/m)
  const tookMs = performance.now() - beganMs
  t.diagnostic(`${Math.round(tookMs)} ms`)
  assert.match((await screen.lines()).join('\n'), /\betc\b/)
  assert.ok(tookMs < PROMISE_MS, `it took ${Math.round(tookMs)} ms`)
  assert.deepEqual(grace.complaints, [])
})

test('a page whose looks or program did not come is loaded anew by itself', async () => {
  for (const part of ['**/assets/*.css', '**/assets/index-*.js']) {
    const { page, leave } = await unlucky(part)
    await page.goto(skein.url)
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    assert.equal(await page.evaluate('document.styleSheets.length > 0'), true)
    await leave()
  }
})

/** A visitor whose first request for such an address is lost. */
async function unlucky(part: string): Promise<{ page: Page; leave: () => Promise<void> }> {
  const visitor = await Visitor.arrive(browser, skein.url)
  await visitor.page.route(part, (route) => route.abort(), { times: 1 })
  return { page: visitor.page, leave: () => visitor.leave() }
}
