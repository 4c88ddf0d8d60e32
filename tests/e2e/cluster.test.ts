// The cluster page of three real peers: the picture, what is out of order, the story of one, by keyboard and by axe, on a
// desk and on a phone; and what cannot be had quickly for real: many peers, and none of the answers.
// `SKEIN_TEST_PICTURES=folder` keeps pictures.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import type { PeerInfo } from '#protocol/api/peers.ts'
import { newId } from '#protocol/ids.ts'
import { type Api, TEST_PASSWORD } from '../support/api.ts'
import { desktop, launchBrowser, phone, Visitor } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import { freePath, Skein } from '../support/skein.ts'

const BIN = new URL('../../cli/bin.js', import.meta.url).pathname
const CLOCK = new URL('../support/skewed-clock.ts', import.meta.url).href
const DAY_MS = 24 * 3_600_000
const PEERS = '**/api/v1/peers'
const clockFile = freePath('cluster-clock')
const within = (what: string) => ({ timeoutMs: 30_000, what })

const peers: Skein[] = []
let api: Api
let browser: Browser
let ada: Visitor

async function start(name: string, env: Record<string, string> = {}): Promise<Skein> {
  const [first] = peers
  const token =
    first && execFileSync(process.execPath, [BIN, 'peers', 'token', '--data', first.data])
  const engine = first ? ['--docker', freePath('no-engine.sock')] : []
  const join = token ? ['--join', token.toString().trim()] : []
  const flags = ['--name', name, '--zone', first ? 'cellar' : 'attic', ...engine, ...join]
  const started = await Skein.start({ flags, env, bare: first !== undefined })
  if (!first) api = started.api
  peers.push(started.skein)
  return started.skein
}

const list = async (): Promise<PeerInfo[]> =>
  (await api.call<{ peers: PeerInfo[] }>('GET', '/peers')).peers

before(async () => {
  const first = await start('goose')
  browser = await launchBrowser()
  ada = await Visitor.arrive(browser, first.url)
  await ada.comeIn('ada')
})

after(async () => {
  await browser?.close()
  await Promise.all(peers.map((peer) => peer.close()))
  rmSync(clockFile, { force: true })
})

/** Nothing for axe in either theme, wide or on a phone, and nothing to push sideways. */
async function isForEveryone(name: string): Promise<void> {
  assert.deepEqual(await ada.accessFaults(name), [])
  await ada.resize(phone)
  assert.deepEqual(await ada.shapeFaults(`${name}-phone`), [])
  assert.equal(await ada.overflowPx(), 0)
  await ada.resize(desktop)
}

const story = (page: Page, name: string) => page.getByRole('dialog', { name, exact: true })
const node = (page: Page, name: string) =>
  page.getByRole('button', { name: `What happened to ${name}` }).locator('visible=true')

test('a cluster of one is not a fault, and says how another peer joins', async () => {
  const { page } = ada
  await page.goto('/peers')
  await page.waitForURL('**/cluster')
  await page.getByRole('heading', { name: 'A cluster of one' }).waitFor()
  await isForEveryone('cluster-alone')
  await page.getByRole('button', { name: 'Join another peer' }).click()
  await page.getByRole('button', { name: 'Show the line' }).click()
  await page.getByText('skein server --join skein1.').waitFor()
  await page.keyboard.press('Escape')
})

test('peers appear as they join, and what is out of order is said with what to do', async () => {
  const { page } = ada
  const env = { NODE_OPTIONS: `--import=${CLOCK}`, TEST_CLOCK_FILE: clockFile }
  await start('gander', env)
  const third = await start('gosling')
  await node(page, 'gosling').waitFor({ timeout: 30_000 })
  writeFileSync(clockFile, String(DAY_MS))
  process.kill(third.supervisorPid, 'SIGKILL')
  process.kill(third.peerPid, 'SIGKILL')
  const body = { username: 'mel', displayName: '', role: 'member', password: TEST_PASSWORD }
  await api.call('POST', '/users', { ...body, id: newId<'user'>() })
  await page.getByText('gosling: dead').waitFor({ timeout: 30_000 })
  await page.getByText(/gander: its clock is 24 h ahead/).waitFor({ timeout: 30_000 })
  await page.getByText('Was given up; it is tried for ever.').first().waitFor()
  await isForEveryone('cluster')
})

test('Enter opens the story of a peer, the address says so, and Escape gives the focus back', async () => {
  const { page } = ada
  await node(page, 'gander').focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Enter')
  await story(page, 'gosling').getByText('Could not be reached any more.').first().waitFor()
  assert.match(page.url(), /\/cluster\?peer=/)
  await isForEveryone('cluster-story')
  await page.reload()
  await story(page, 'gosling').waitFor()
  await node(page, 'gander').click()
  await story(page, 'gander').getByText('what others write wins').waitFor()
  await page.keyboard.press('Escape')
  await story(page, 'gander').waitFor({ state: 'detached' })
  assert.ok(!page.url().includes('?peer='))
})

test('a peer that is back tells what it missed, and nothing moves meanwhile', async () => {
  const { page } = ada
  const box = async () => await node(page, 'gosling').boundingBox()
  const before = await box()
  writeFileSync(clockFile, '0')
  await peers[2]?.startSupervisor()
  const told = async () =>
    (await list()).some(({ name, story }) => name === 'gosling' && story[0]?.what === 'returned')
  await eventually(told, within('its own account'))
  await page
    .getByText(/Was away for .*; (compared everything|took over)/)
    .first()
    .waitFor()
  await page.getByText('Its clock is right again.').first().waitFor()
  assert.deepEqual(await box(), before)
  await isForEveryone('cluster-well')
})

test('a peer is sent away and brought back from its story', async () => {
  const { page } = ada
  await node(page, 'gosling').click()
  const dialog = story(page, 'gosling')
  await dialog.getByRole('button', { name: 'Drain' }).click()
  await dialog.getByText('ada sent it away').waitFor({ timeout: 30_000 })
  await isForEveryone('cluster-away')
  await dialog.getByRole('button', { name: 'Bring back' }).click()
  await dialog.getByRole('button', { name: 'Drain' }).waitFor({ timeout: 30_000 })
  await page.keyboard.press('Escape')
})

test('among ten peers only one’s lines are drawn, and all can be read', async () => {
  const { page } = ada
  const [self] = await list()
  assert.ok(self)
  const ids = Array.from({ length: 10 }, () => newId<'peer'>())
  const many = ids.map((id, i) => ({
    ...self,
    ...{ id, name: `peer-${i}`, isSelf: i === 0, lines: ids, story: [] },
  }))
  await page.route(PEERS, (route) => route.fulfill({ json: { peers: many } }))
  await page.reload()
  await node(page, 'peer-9').waitFor()
  await isForEveryone('cluster-many')
  await page.unroute(PEERS)
})

test('an answer that cannot be had is said, with a way to try again', async () => {
  const { page } = ada
  const error = { code: 'store_failed', message: 'Not read.', hint: 'Try again.', details: {} }
  await ada.whileCutOff(async () => {
    await page.route(PEERS, (route) => route.fulfill({ status: 503, json: { error } }))
    await page.reload()
    await page.getByRole('button', { name: 'Try again' }).waitFor()
    await isForEveryone('cluster-error')
    await page.unroute(PEERS)
    await page.getByRole('button', { name: 'Try again' }).click()
    await node(page, 'gander').waitFor()
  })
})

test('the console was silent', () => {
  assert.deepEqual(ada.complaints, [])
})
