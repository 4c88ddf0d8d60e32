// Each page for everyone: axe-core finds nothing on it in either theme, wide or on a phone, it does not scroll
// sideways, its console is silent, and it shows nobody what is not theirs. `SKEIN_TEST_PICTURES=folder` keeps pictures.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page, Route } from 'playwright-core'
import type { Space } from '#protocol/api/spaces.ts'
import { newId } from '#protocol/ids.ts'
import { themes } from '../support/access.ts'
import { amount } from '../support/amount.ts'
import { Api, TEST_PASSWORD } from '../support/api.ts'
import { desktop, launchBrowser, phone, Visitor } from '../support/browser.ts'
import { Skein } from '../support/skein.ts'
import { measureOpening, measureScrolling, measureUsable, withManySpaces } from './budget.ts'
import { goWithin, stayOrGo } from './going.ts'
import { heading, inside } from './places.ts'
import { signIn } from './walk.ts'

const TEMPLATE = `name: Everything
description: One parameter of each kind, an app and a service.
parameters:
  subject: { type: text, label: Subject, help: What it is about., default: letters }
  amount: { type: number, label: Amount, default: 2, min: 1, max: 9 }
  colour: { type: choice, label: Colour, default: red, choices: [red, green, blue] }
  tools: { type: many, label: Tools, default: [git], choices: [git, vim, curl] }
  loud: { type: switch, label: Loud, help: Say it louder., default: true }
  memory: { type: size, label: Memory, default: 512m, min: 128m, max: 8g }
  key: { type: secret, label: Key }
apps: [{ name: Notes, port: 8000 }]
startup: echo ready
services:
  main:
    image: skein/debian-test:1
    volumes: [home:/srv]
    mem_limit: \${{ param.memory }}
`

let skein: Skein
let api: Api
let browser: Browser
let ada: Visitor
const ids = { notebook: newId<'space'>(), broken: newId<'space'>(), theirs: newId<'space'>() }
let templateId = ''

before(async () => {
  ;({ skein, api } = await Skein.start({ ssh: true }))
  const template = await api.createTemplate(TEMPLATE)
  templateId = template.id
  await api.saveTemplate(template.id, TEMPLATE.replace('letters', 'numbers'))
  const broken = await api.createTemplate(
    'name: Broken\nservices:\n  main:\n    image: nowhere.invalid/none:1\n',
  )
  await api.createSpace({ id: ids.notebook, name: 'notebook', templateId })
  await api.createSpace({ id: ids.broken, name: 'broken', templateId: broken.id })
  await addMember('mel')
  await api.call('PUT', '/variables/REGION', { value: 'eu-1' })
  await api.call('PUT', '/variables/TOKEN', { value: 'hunter22', isSecret: true })
  await api.call('PUT', '/me/variables/EDITOR', { value: 'vim' })
  await api.call('PUT', '/registries/ghcr.io', { username: 'bot', secret: 'herring' })
  await api.until(ids.notebook, 'running')
  await api.until(ids.broken, 'failed')
  await api.saveTemplate(template.id, TEMPLATE.replace('letters', 'figures'))
  browser = await launchBrowser()
  ada = await Visitor.arrive(browser, skein.url)
  await ada.comeIn('ada')
})

after(async () => {
  await browser?.close()
  await api?.deleteSpaces()
  await skein?.close()
})

test('the sign-in page is for everyone', async () => {
  const nobody = await Visitor.arrive(browser, skein.url)
  await nobody.page.goto('/spaces')
  await nobody.page.getByLabel('User name').fill('ada')
  assert.deepEqual(await nobody.accessFaults('login', themes), [])
  await nobody.resize(phone)
  await fitsPhone(nobody, 'login')
  assert.deepEqual(nobody.complaints, [])
  await nobody.leave()
})

test('a page of which all but itself was dropped loads itself anew', async () => {
  const nobody = await Visitor.arrive(browser, skein.url)
  const seen = new Set<string>()
  await nobody.page.route('**/assets/*', (route) => {
    const isFirst = !seen.has(route.request().url())
    seen.add(route.request().url())
    return isFirst ? route.abort('connectionreset') : route.continue()
  })
  await nobody.page.goto('/login')
  await nobody.page.getByLabel('User name').waitFor()
  assert.ok(seen.size > 5, 'parts were asked for')
  await nobody.leave()
})

async function fitsPhone(visitor: Visitor, name: string): Promise<void> {
  assert.deepEqual(await visitor.shapeFaults(`${name}-phone`), [])
  assert.equal(await visitor.overflowPx(), 0)
  assert.deepEqual(await visitor.smallTargets(), [])
}

for (const place of inside) {
  test(`the page “${place.name}” is for everyone, at any width and in both themes`, async () => {
    await goWithin(ada.page, place.path({ templateId, ...ids }))
    await place.ready(ada.page)
    assert.deepEqual(await ada.accessFaults(place.name, themes), [])
    await ada.resize(phone)
    await fitsPhone(ada, place.name)
    await ada.resize(desktop)
  })
}

const floating: readonly (readonly [string, string, (page: Page) => Promise<void>])[] = [
  ['palette', '/spaces', (page) => page.keyboard.press('Control+k')],
  ['keys', '/spaces', (page) => page.keyboard.press('?')],
  [
    'delete',
    '/spaces',
    async (page) => {
      await page.getByRole('button', { name: 'Actions for notebook' }).click()
      await page.getByRole('menuitem', { name: 'Delete' }).click()
    },
  ],
  ['add-key', '/account', (page) => page.getByRole('button', { name: 'Add an SSH key' }).click()],
  ['new-token', '/account', (page) => page.getByRole('button', { name: 'Create a token' }).click()],
  [
    'variable',
    '/variables',
    async (page) => page.getByRole('button', { name: 'Set a variable' }).click(),
  ],
  [
    'registry',
    '/variables',
    async (page) => page.getByRole('button', { name: 'Change ghcr.io' }).click(),
  ],
  ['add-person', '/people', (page) => page.getByRole('button', { name: 'Add a person' }).click()],
]

const floatingInSpace: typeof floating = [
  [
    'connect',
    `/spaces/${ids.notebook}/timeline`,
    async (page) => {
      await page.keyboard.press('c')
      await page.getByText(`ssh notebook@127.0.0.1 -p ${skein.sshPort}`).waitFor()
    },
  ],
  [
    'reach',
    `/spaces/${ids.notebook}/ports`,
    async (page) => {
      const address = `**/api/v1/spaces/${ids.notebook}`
      await page.route(address, asFromElsewhere)
      await page.reload()
      await page.getByRole('button', { name: 'Reach it: Notes' }).click()
      // A question that is under way is answered first.
      await page.unrouteAll({ behavior: 'wait' })
    },
  ],
  [
    'share',
    `/spaces/${ids.notebook}/ports`,
    async (page) => {
      await page.getByRole('button', { name: 'Share Notes' }).click()
      await page.getByText('Public', { exact: true }).click()
    },
  ],
]

/** What somebody on another machine is told where no domain for apps is set. */
async function asFromElsewhere(route: Route): Promise<void> {
  const answer = await route.fetch()
  const space = (await answer.json()) as Space
  const apps = space.apps.map(({ url: _, ...app }) => app)
  await route.fulfill({ response: answer, json: { ...space, apps } })
}

for (const [name, path, open] of [...floating, ...floatingInSpace]) {
  test(`the dialog “${name}” is for everyone, and Escape closes it`, async () => {
    await stayOrGo(ada.page, path)
    await ada.page.getByRole('main').getByRole('heading').first().waitFor()
    await open(ada.page)
    const dialog = ada.page.getByRole('dialog')
    await dialog.waitFor()
    assert.deepEqual(await ada.accessFaults(name, themes), [])
    await ada.resize(phone)
    await fitsPhone(ada, name)
    await ada.resize(desktop)
    await ada.page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
  })
}

test('a menu is for everyone', async () => {
  await stayOrGo(ada.page, '/spaces')
  await ada.page.getByRole('button', { name: 'Actions for notebook' }).click()
  await ada.page.getByRole('menu').waitFor()
  assert.deepEqual(await ada.accessFaults('menu', themes), [])
})

test('a member sees their own spaces only, and nothing of an administrator’s', async () => {
  const mel = await Visitor.arrive(browser, skein.url)
  await signIn(mel.page, 'mel')
  await mel.page.getByRole('link', { name: 'theirs', exact: true }).waitFor()
  assert.equal(await mel.page.getByRole('link', { name: 'notebook' }).count(), 0)
  assert.equal(await mel.page.getByRole('link', { name: 'People' }).count(), 0)
  assert.deepEqual(await mel.accessFaults('member'), [])
  assert.deepEqual(mel.complaints, [])
  await mel.page.goto(`/spaces/${ids.notebook}`)
  await heading('This space no longer exists')(mel.page)
  await mel.leave()
})

test('who signs out is at the sign-in page, is told of a wrong password, and comes back in', async () => {
  const again = await Visitor.arrive(browser, skein.url)
  const { page } = again
  await again.comeIn('ada')
  await page.getByRole('button', { name: 'Account: ada' }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  assert.deepEqual(again.complaints, [])
  await page.getByLabel('User name').fill('ada')
  await page.getByLabel('Password', { exact: true }).fill('not her password')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('alert').waitFor()
  assert.deepEqual(await again.accessFaults('wrong-password'), [])
  await signIn(page, 'ada')
  await again.leave()
})

/** Of everything but typefaces, as it comes over the wire: the promise. */
const FIRST_PAGE_BYTES = 200_000
/** A number of two digits that moves by a pixel, while it changes, is three times less. */
const UNSEEN_SHIFT = 1e-6
/** What is promised is a second on a processor four times slower; a quarter of it there is all of it here. */
const FIRST_PAGE_WORK_MS = 250
const SLOWDOWN = 4
/** The promise holds for a machine that does nothing else. */
const USABLE_MS = process.env.SKEIN_TEST_TIMED === undefined ? 10_000 : 1000
/** A machine that runs all other tests meanwhile shares its caches with them. */
const BUSY = 3

test('the first page is small, soon there, and nothing on it moves', async (t) => {
  await ada.page.goto('about:blank')
  const opening = await measureOpening(ada.page)
  t.diagnostic(JSON.stringify(opening))
  assert.ok(opening.bytes > 50_000, 'what came was counted')
  assert.ok(opening.bytes <= FIRST_PAGE_BYTES, `${opening.bytes} bytes`)
  assert.ok(opening.shift < UNSEEN_SHIFT, `it moved by ${opening.shift}`)
  assert.ok(opening.workMs <= BUSY * FIRST_PAGE_WORK_MS, `${opening.workMs} ms`)
})

test('the first page can be used within a second on a processor four times slower', async (t) => {
  const slowMs: number[] = []
  const least = amount({ usual: 1, whole: 3 })
  // The quickest of them: what else the machine does only ever makes it longer.
  while (slowMs.length < least || (slowMs.length < 3 && Math.min(...slowMs) > USABLE_MS)) {
    slowMs.push(await measureUsable(ada.page, SLOWDOWN))
  }
  const usualMs = await measureUsable(ada.page, 1)
  t.diagnostic(JSON.stringify({ usualMs, slowMs }))
  assert.ok(Math.min(...slowMs) <= USABLE_MS, JSON.stringify(slowMs))
})

test('a thousand spaces scroll without a stutter, and the keys reach each of them', async (t) => {
  const many = await Visitor.arrive(browser, skein.url)
  const { page } = many
  await many.comeIn('ada')
  await withManySpaces(page, 1000)
  await page.goto('/spaces?sort=name')
  const row = (name: string) => page.getByRole('link', { name, exact: true })
  await row('space-0000').waitFor()
  const scrolling = await measureScrolling(page, 120)
  t.diagnostic(JSON.stringify(scrolling))
  assert.ok(scrolling.scrolledPx > 10_000)
  assert.ok(scrolling.rows < 80, `${scrolling.rows} rows are drawn`)
  assert.ok(scrolling.workMs <= BUSY * (1000 / 60), `${scrolling.workMs} ms for each frame`)
  await page.keyboard.press('k')
  await row('space-0999').and(page.locator(':focus')).waitFor()
  await page.keyboard.press('ArrowUp')
  await row('space-0998').and(page.locator(':focus')).waitFor()
  await page.evaluate("document.getElementById('content').scrollTop = 0")
  await row('space-0000').waitFor()
  await row('space-0998').and(page.locator(':focus')).waitFor()
  await page.keyboard.press('/')
  await page.keyboard.type('space-0500')
  await page.waitForURL(/q=space-0500/)
  await page.getByText('1 of 1,000').waitFor()
  await page.keyboard.press('ArrowDown')
  await row('space-0500').and(page.locator(':focus')).waitFor()
  assert.deepEqual(many.complaints, [])
  await many.leave()
})

test('no page complained on its console', () => {
  assert.deepEqual(ada.complaints, [])
})

async function addMember(username: string): Promise<void> {
  const person = { id: newId(), username, role: 'member', password: TEST_PASSWORD }
  await api.call('POST', '/users', person)
  const member = new Api(skein.url)
  await member.signIn(username)
  await member.createSpace({ id: ids.theirs, name: 'theirs', templateId })
}
