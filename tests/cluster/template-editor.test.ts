// A template with a side database is changed, planned, published and rolled back while its spaces run, by two people at two
// peers of one cluster, in Chromium: what one publishes at the first the other has at the second, and no space notices
// before it is restarted. `SKEIN_TEST_PICTURES=folder` keeps pictures.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import type { TemplateBundle } from '#protocol/api/bundles.ts'
import type { TemplateDetail } from '#protocol/api/templates.ts'
import { newId } from '#protocol/ids.ts'
import { goWithin } from '../e2e/going.ts'
import { publish, writeSource } from '../e2e/walk.ts'
import { themes } from '../support/access.ts'
import { type Api, TEST_PASSWORD } from '../support/api.ts'
import { desktop, launchBrowser, phone, Visitor } from '../support/browser.ts'
import { docker } from '../support/docker.ts'
import { eventually } from '../support/eventually.ts'
import type { Skein } from '../support/skein.ts'
import { administrator, startPeers } from './support.ts'

const TEMPLATE = `name: Node with a database
icon: node
description: A main container and a database beside it.
parameters:
  memory: { type: size, label: Memory, default: 256m, min: 64m, max: 8g }
  seeded: { type: switch, label: Seed the database, default: false }
  rows: { type: number, label: Rows, default: 10, when: { seeded: true } }
main: dev
services:
  dev:
    image: skein/debian-test:1
    mem_limit: \${{ param.memory }}
    volumes: [home:/srv]
    depends_on: [db]
  db:
    image: skein/debian-test:1
    command: [sleep, "100000"]
    volumes: [rows:/rows]
`
/** Typed line by line below the database; the editor keeps the indentation, and goes deeper after a colon. */
const SEEDING = ['    environment:', 'SEEDED: "yes"']
const COMPOSE = `services:
  web:
    image: nginx:1.27
    ports: ["8080:80"]
    networks: [back]
networks: { back: {} }
`

let peers: readonly Skein[] = []
let api: Api
let browser: Browser
let ada: Visitor
let eve: Visitor
let templateId = ''
const spaces = { north: newId<'space'>(), south: newId<'space'>() }
const containers = { north: '', south: '' }

before(async () => {
  peers = await startPeers(2)
  const [first, second] = peers
  const [signedIn] = await administrator(peers)
  assert.ok(first && second && signedIn)
  api = signedIn
  const body = { username: 'eve', displayName: '', role: 'administrator', password: TEST_PASSWORD }
  await api.call('POST', '/users', { ...body, id: newId<'user'>() })
  templateId = (await api.createTemplate(TEMPLATE)).id
  for (const [name, id] of Object.entries(spaces)) await api.createSpace({ id, name, templateId })
  for (const id of Object.values(spaces)) await api.until(id, 'running')
  containers.north = await containersOf('north')
  containers.south = await containersOf('south')
  browser = await launchBrowser()
  ada = await Visitor.arrive(browser, first.url)
  eve = await Visitor.arrive(browser, second.url, { theme: 'light' })
  await ada.comeIn('ada')
  await eve.comeIn('eve')
})

after(async () => {
  await browser?.close()
  await api?.deleteSpaces().catch(() => undefined)
  await Promise.all(peers.map((peer) => peer.close()))
})

const containersOf = async (name: keyof typeof spaces): Promise<string> => {
  const filter = `label=dev.skein.space=${spaces[name]}`
  const ids = await docker('ps', '--quiet', '--no-trunc', '--filter', filter)
  return ids.split('\n').toSorted().join(' ')
}

/** All the while: not one container of theirs is another. */
async function runOn(...names: readonly (keyof typeof spaces)[]): Promise<void> {
  for (const name of names) {
    assert.equal((await api.space(spaces[name])).state, 'running')
    assert.equal(await containersOf(name), containers[name])
  }
}

const open = async ({ page }: Visitor) => {
  await goWithin(page, `/templates/${templateId}`)
  await page.getByText('No problems').waitFor()
}
const editor = (page: Page) => page.getByRole('textbox', { name: 'Template source' })
const tab = (page: Page, name: string) => page.getByRole('tab', { name }).click()
const change = (from: string, to: string) => (source: string) => source.replace(from, to)
const source = async (): Promise<string> =>
  (await api.call<TemplateDetail>('GET', `/templates/${templateId}`)).source

/** What was published at the other peer comes soon after. */
const becomesSource = (text: string | RegExp) =>
  eventually(
    async () => {
      const now = await source()
      return typeof text === 'string' ? now === text : text.test(now)
    },
    { timeoutMs: 20_000, what: `the source ${text}` },
  )

/** Nothing for axe in either theme, wide or on a phone, and nothing to push sideways. */
async function isForEveryone(visitor: Visitor, name: string): Promise<void> {
  assert.deepEqual(await visitor.accessFaults(name, themes), [])
  await visitor.resize(phone)
  assert.deepEqual(await visitor.shapeFaults(`${name}-phone`), [])
  assert.equal(await visitor.overflowPx(), 0)
  await visitor.resize(desktop)
}

test('by keys alone a service is written, with what is offered, planned and published', async () => {
  const { page } = ada
  await page.keyboard.press('g')
  await page.keyboard.press('t')
  await page.getByRole('link', { name: 'Node with a database', exact: true }).waitFor()
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await page.getByText('No problems').waitFor()
  await editor(page).waitFor()
  await tabTo(page, 'Template source')
  await page.keyboard.press('Control+End')
  for (const line of SEEDING) await page.keyboard.type(`${line}\n`)
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.type('shm')
  await page.getByRole('option', { name: 'shm_size' }).waitFor()
  await page.getByText('Shared memory, which databases').waitFor()
  await page.keyboard.press('Tab')
  await editor(page).getByText('shm_size').waitFor()
  await page.keyboard.type('64m')
  await page.keyboard.press('Escape')
  await page.getByText('No problems').waitFor()
  await page.getByText('made anew', { exact: true }).waitFor()
  await publish(page, 'A database with rows in it', 2)
  assert.match(await source(), /\n {4}environment:\n {6}SEEDED: "yes"\n {4}shm_size: 64m$/)
  await runOn('north', 'south')
})

/** As often as a person presses it before they give up. */
const MAX_TABS = 40

async function tabTo(page: Page, label: string): Promise<void> {
  for (let i = 0; i < MAX_TABS; i++) {
    await page.keyboard.press('Tab')
    const at = await page.evaluate<string | null>(
      "document.activeElement?.getAttribute('aria-label')",
    )
    if (at === label) return
  }
  assert.fail(`${label} was not reached by Tab`)
}

test('the other peer has the version, and a space takes it when it is restarted there', async () => {
  const { page } = eve
  await open(eve)
  await tab(page, 'Versions')
  await page.getByText('A database with rows in it').waitFor()
  await isForEveryone(eve, 'versions')
  await tab(page, 'Plan')
  await page.getByText('2 spaces run on and change when restarted').waitFor()
  await page.getByText('south').click()
  await isForEveryone(eve, 'plan')
  await api.act(spaces.south, 'restart')
  const before = containers.south.split(' ')
  containers.south = await eventually(
    async () => {
      const now = await containersOf('south')
      const isNew = now.split(' ').length === 2 && !before.some((id) => now.includes(id))
      return isNew ? now : undefined
    },
    { timeoutMs: 60_000, what: 'both containers anew' },
  )
  await api.until(spaces.south, 'running')
  await runOn('north')
})

test('a mistyped word is underlined and mended by one click or key', async () => {
  const { page } = eve
  await writeSource(page, change('image: skein', 'iamge: skein')(await source()))
  await page.getByText('There is no key “iamge” here.').waitFor()
  await page.locator('.cm-lintRange-error').first().waitFor()
  await isForEveryone(eve, 'problems')
  await page.getByText('There is no key “iamge” here.').click()
  await page.keyboard.press('Control+.')
  await page.getByText('No problems').waitFor()
})

test('what is typed is still there after the page was left, and is compared', async () => {
  const { page } = eve
  await writeSource(page, change('default: 256m', 'default: 512m')(await source()))
  await page.reload()
  await page.getByText('was kept and not published').waitFor()
  await page.getByRole('link', { name: 'Compare with the newest' }).click()
  await page.getByRole('textbox', { name: 'What I typed' }).getByText('512m').waitFor()
  await isForEveryone(eve, 'compared')
  await page.getByRole('button', { name: 'Back to the source' }).click()
  await page.getByText('512m').waitFor()
})

test('two who write at once are shown both changes and merge them', async () => {
  const { page } = ada
  await writeSource(page, change('label: Rows', 'label: Rows at first')(await source()))
  await publish(page, 'A clearer label', 3)
  await eve.page.getByText('ada published version 3 while you were writing.').waitFor()
  await isForEveryone(eve, 'behind')
  await eve.page.getByRole('button', { name: 'See and merge' }).click()
  await eve.page.getByText('both changes fit').waitFor()
  await eve.page.getByRole('textbox', { name: 'What will be yours' }).waitFor()
  await isForEveryone(eve, 'merging')
  await eve.page.getByRole('button', { name: 'Use the merged text' }).click()
  await editor(eve.page).click()
  await publish(eve.page, 'More memory', 4)
  await becomesSource(/default: 512m.*label: Rows at first/s)
  await runOn('north', 'south')
})

test('a roll-back is one click, is taken back by another, and is everywhere', async () => {
  const { page } = eve
  const merged = await source()
  await tab(page, 'Versions')
  await page.getByRole('button', { name: 'Roll back to version 3' }).click()
  const news = page.getByText('Version 3 is the newest again, as version 5.')
  await news.waitFor()
  await ada.page.reload()
  await editor(ada.page).getByText('256m').waitFor()
  await page.getByRole('status').getByRole('button', { name: 'Undo' }).last().click()
  await page.getByText('Back to what version 4 said.').waitFor()
  await becomesSource(merged)
  await page.getByRole('button', { name: 'Restore version 1' }).click()
  await page.getByText('Version 1 is the newest again, as version 7.').waitFor()
  await becomesSource(TEMPLATE)
  await runOn('north', 'south')
})

test('what reaches outside its spaces is published with a permission, which the version shows', async () => {
  const { page } = ada
  await open(ada)
  const line = '    devices: [/dev/null]\n'
  // The database is the last of the services.
  await writeSource(page, `${TEMPLATE}${line}policy: { allow: [devices] }\n`)
  await page.getByText('No problems').waitFor()
  await page.keyboard.press('Control+s')
  const dialog = page.getByRole('dialog', { name: 'Publish version 8' })
  await dialog.getByRole('switch').waitFor()
  assert.ok(await dialog.getByRole('button', { name: 'Publish' }).isDisabled())
  await dialog.getByRole('switch').click()
  await isForEveryone(ada, 'publish')
  await dialog.getByRole('button', { name: 'Publish' }).click()
  await page.getByText('Version 8 is published.').waitFor()
  await tab(page, 'Versions')
  await page.getByText('ada allowed:').waitFor()
})

test('a Compose file comes in with what could not be carried over, line by line', async () => {
  const { page } = ada
  await goWithin(page, '/templates/new')
  await page.getByRole('button', { name: 'Import a file' }).click()
  await page.getByLabel('The file’s text').fill(COMPOSE)
  await isForEveryone(ada, 'import')
  await page.getByRole('button', { name: 'Take it in' }).click()
  await page.getByText('services.web.networks').waitFor()
  await page.getByText('line 5').waitFor()
  await isForEveryone(ada, 'imported')
})

/** A list of names stays as it was when it was opened. */
async function isOffered(page: Page, name: string): Promise<boolean> {
  await page.keyboard.press('Control+Space')
  await page.getByRole('option', { name: 'var.REGION' }).waitFor()
  const isThere = (await page.getByRole('option', { name }).count()) === 1
  await page.keyboard.press('Escape')
  await page.getByRole('option', { name: 'var.REGION' }).waitFor({ state: 'detached' })
  return isThere
}

test('a variable that is set on one peer shows on the other’s page by itself, and its name is offered there', async () => {
  const { page } = eve
  await goWithin(page, '/variables')
  await page.getByRole('button', { name: 'Set a variable' }).waitFor()
  await api.call('PUT', '/variables/REGION', { value: 'north' })
  await page.getByText('REGION', { exact: true }).waitFor()
  await api.call('PUT', '/variables/REGION', { value: 'south' })
  await page.getByText('south', { exact: true }).waitFor()
  await open(eve)
  await editor(page).click()
  await page.keyboard.press('Control+End')
  await api.call('PUT', '/variables/TOKEN', { value: 'hunter22', isSecret: true })
  await page.keyboard.type('x-a: ${{ ')
  await eventually(() => isOffered(page, 'secret.TOKEN'), {
    timeoutMs: 20_000,
    what: 'the name that was set at the other peer',
  })
  await page.getByRole('button', { name: 'Discard' }).click()
  await api.call('DELETE', '/variables/REGION')
  await goWithin(page, '/variables')
  await page.getByText('TOKEN', { exact: true }).waitFor()
  await page.getByText('REGION', { exact: true }).waitFor({ state: 'detached' })
})

/** As a person chooses a file of theirs. */
const chosen = (name: string, text: string) => ({
  ...{ name, mimeType: 'application/octet-stream', buffer: Buffer.from(text) },
})

async function downloaded(page: Page, press: () => Promise<void>): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent('download'), press()])
  return await readFile(await download.path(), 'utf8')
}

test('a docker-compose.yml is chosen as a file, and opens in the editor', async () => {
  const { page } = ada
  await goWithin(page, '/templates/new')
  await page.getByRole('button', { name: 'Import a file' }).click()
  await page.locator('input[type=file]').setInputFiles(chosen('docker-compose.yml', COMPOSE))
  await page.getByText('services.web.networks').waitFor()
  await editor(page).getByText('nginx:1.27').waitFor()
})

test('a template is taken away with its versions, and what another server does not take is told', async () => {
  const { page } = ada
  await open(ada)
  const more = (entry: string) => async () => {
    await page.getByRole('button', { name: 'More' }).click()
    await page.getByRole('menuitem', { name: entry }).click()
  }
  assert.equal(await downloaded(page, more('The source alone')), await source())
  const bundle: TemplateBundle = JSON.parse(await downloaded(page, more('With its versions')))
  assert.equal(bundle.versions.at(-1)?.source, await source())
  const [oldest] = bundle.versions
  assert.ok(oldest)
  // One of that name is here; and the older one is of a Skein that knows a word more.
  const brought = { ...oldest, source: oldest.source.replace(/^name: .*/, 'name: Brought') }
  const foreign = { ...brought, source: `${brought.source}unheard-of: yes\n` }
  const versions = [foreign, { ...brought, number: 2, note: 'As it was there' }]
  await goWithin(page, '/templates/new')
  await page.getByRole('button', { name: 'Import a file' }).click()
  const file = chosen('template.json', JSON.stringify({ ...bundle, versions }))
  await page.locator('input[type=file]').setInputFiles(file)
  const dialog = page.getByRole('dialog')
  await dialog.getByText('One older version was left out:').waitFor()
  await dialog.getByText(/^Version 1: /).waitFor()
  await isForEveryone(ada, 'brought')
  await dialog.getByRole('button', { name: 'Open the template' }).click()
  await page.getByText('No problems').waitFor()
  await tab(page, 'Versions')
  await page.getByText('As it was there').waitFor()
})

test('two old versions are compared beside each other', async () => {
  const { page } = ada
  await open(ada)
  await tab(page, 'Versions')
  await page.getByRole('link', { name: 'Compare version 1 with the newest' }).click()
  await page.getByLabel('On the right').selectOption('Version 2')
  await page.getByRole('textbox', { name: 'Version 2' }).getByText('shm_size').waitFor()
  const left = page.getByRole('textbox', { name: 'Version 1' })
  assert.equal(await left.getByText('shm_size').count(), 0)
  await page.reload()
  await page.getByRole('textbox', { name: 'Version 2' }).getByText('shm_size').waitFor()
})

test('the audit is taken away as a file, with what is in sight', async () => {
  const { page } = ada
  await goWithin(page, '/audit?action=template.create')
  await page.getByText('The audit is whole').waitFor()
  const file = await downloaded(page, () =>
    page.getByRole('link', { name: 'Export NDJSON' }).click(),
  )
  const entries = file
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.deepEqual([...new Set(entries.map(({ action }) => action))], ['template.create'])
})

test('both consoles were silent', () => {
  assert.deepEqual([...ada.complaints, ...eve.complaints], [])
})
