// A person at one peer's host name when that peer is killed: the page goes on by itself at another's, over WebSockets that
// its ticket opens, with the same shell; one click takes the session there.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { newId } from '#protocol/ids.ts'
import { TerminalScreen } from '../e2e/screen.ts'
import { resolveTestNames, trust } from '../https/names.ts'
import { comeIn, openTerminal } from '../https/visit.ts'
import { launchBrowser, Visitor } from '../support/browser.ts'
import { TestAuthority } from '../support/certificates.ts'
import { TWO_NAMES, TWO_NAMES_RULES, TwoPeers } from './two-names.ts'

const TEMPLATE = `name: roam
main: main
services:
  main:
    image: skein/debian-test:1
`
/** A machine that is busy with other tests takes its time over a page, ms. */
const SLOW_MS = 60_000
const authority = new TestAuthority()
let two: TwoPeers
let browser: Browser
before(async () => {
  resolveTestNames()
  trust(authority.cert)
  two = await TwoPeers.open(authority)
  browser = await launchBrowser({ hosts: TWO_NAMES_RULES, trusts: [authority.cert] })
  // The first drives the engine and has the agent's link: what is killed later is all that the space had.
  const template = await two.api.createTemplate(TEMPLATE)
  const id = newId<'space'>()
  await two.api.createSpace({ id, name: 'box', templateId: template.id })
  await two.api.until(id, 'running')
})
after(async () => {
  await browser?.close()
  if (two?.secondApi.cookie) await two.secondApi.deleteSpaces()
  await two?.close()
})

/** Its live connection has said so, and what else there is with it. */
const servedBy = (page: Page, peer: string) =>
  page.locator('span', { hasText: new RegExp(`^${peer}\\s*[\\d.]+ ms$`) }).first()

/** Ten seconds of lines: longer than a peer's death takes to be noticed by everybody. */
const COUNTING = 'clear; for i in $(seq 1 300); do echo line-$i; sleep 0.04; done'

/** None missing and none twice, up to the prompt. */
function assertConsecutive(lines: readonly string[]): void {
  const numbers = lines.flatMap((line) => /^line-(\d+)$/.exec(line)?.[1] ?? [])
  assert.ok(numbers.length > 20)
  const first = Number(numbers[0])
  assert.deepEqual(
    numbers.map(Number),
    numbers.map((_, i) => first + i),
  )
}

test('a terminal goes on at another host name when its peer is killed, and the page after one click', async (t) => {
  const visitor = await Visitor.arrive(browser, two.first.url)
  const { page } = visitor
  await comeIn(page, 'ada')
  const screen = await openTerminal(page, 'box')
  const shell = await screen.shellPid()
  await servedBy(page, 'north').waitFor()
  await screen.enter(COUNTING)
  await screen.shows(/^line-\d\d/m)
  await visitor.whileCutOff(async () => {
    two.kill(two.first)
    t.after(() => two.first.startSupervisor())
    await screen.shows(/^line-300$/m, SLOW_MS)
    assertConsecutive(await screen.lines())
    await screen.enter('clear; echo on-$((40 + 2))')
    await screen.shows(/^on-42$/m)
    assert.equal(await screen.shellPid(), shell)
    const goOn = page.getByRole('button', { name: 'Continue on south' })
    await goOn.waitFor()
    assert.equal(new URL(page.url()).hostname, TWO_NAMES[0])
    assert.deepEqual(await visitor.accessFaults('away'), [])
    await goOn.click()
    await page.waitForURL((url) => url.hostname === TWO_NAMES[1], { timeout: SLOW_MS })
    await servedBy(page, 'south').waitFor()
  })
  const again = new TerminalScreen(page)
  await again.connected()
  assert.equal(await again.shellPid(), shell)
  assert.deepEqual(visitor.complaints, [])
  await visitor.leave()
})

test('a peer that drains sends its pages elsewhere without a word, and they come back with it', async () => {
  const visitor = await Visitor.arrive(browser, two.first.url)
  const { page } = visitor
  await comeIn(page, 'ada')
  const screen = await openTerminal(page, 'box')
  const shell = await screen.shellPid()
  await servedBy(page, 'north').waitFor()
  await visitor.whileCutOff(async () => {
    const ended = two.first.end()
    await screen.enter('echo on-$((40 + 2))')
    await screen.shows(/^on-42$/m)
    assert.equal(await page.getByText(/Reconnecting for/).count(), 0)
    assert.equal(await screen.shellPid(), shell)
    await servedBy(page, 'south').waitFor()
    await ended
    await two.first.startSupervisor()
    await servedBy(page, 'north').waitFor({ timeout: SLOW_MS })
    assert.equal(await page.getByRole('button', { name: /^Continue on/ }).count(), 0)
  })
  assert.equal(await screen.shellPid(), shell)
  await visitor.leave()
})
