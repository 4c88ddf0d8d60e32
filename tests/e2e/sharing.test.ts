// An app on the page, from nothing listening to the whole world looking: who may open it is what the page says, at
// every step, and each visitor is a browser of their own.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Dialog, Page } from 'playwright-core'
import { newId } from '#protocol/ids.ts'
import { Api, TEST_PASSWORD } from '../support/api.ts'
import { containerOf, startNode, writeInto } from '../support/apps.ts'
import { desktop, launchBrowser, phone, Visitor } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import { Skein } from '../support/skein.ts'
import { goWithin } from './going.ts'
import { TerminalScreen } from './screen.ts'

const TEMPLATE = `name: Shell
apps: [{ name: Notes, port: 8000 }]
services:
  main:
    image: skein/debian-test:1
    user: root
    tmpfs: [/srv]
`
const GREETING = 'hello from the space'
const APP = `import { createServer } from 'node:http'
createServer((_, answer) => answer.end('${GREETING}')).listen(8000, '127.0.0.1')
`

let skein: Skein
let api: Api
let browser: Browser
let ada: Visitor
let page: Page
/** `*.localhost` leads to this machine; the page must be visited by that name as well. */
let origin = ''
const id = newId<'space'>()

before(async () => {
  ;({ skein, api } = await Skein.start({ ssh: true }))
  origin = `http://localhost:${skein.port}`
  await api.call('POST', '/users', { username: 'mel', password: TEST_PASSWORD })
  const { id: templateId } = await api.createTemplate(TEMPLATE)
  await api.createSpace({ id, name: 'heron', templateId })
  await api.until(id, 'running')
  browser = await launchBrowser()
  ada = await Visitor.arrive(browser, origin)
  page = ada.page
  await ada.comeIn('ada')
  await goWithin(page, `/spaces/${id}/ports`)
})

after(async () => {
  await browser?.close()
  await api?.deleteSpaces()
  await skein?.close()
})

const dialog = () => page.getByRole('dialog')
const main = () => page.getByRole('main')

async function share(mark: string, people?: string): Promise<void> {
  await page.getByRole('button', { name: 'Share Notes' }).click()
  await dialog().getByText(mark, { exact: true }).click()
  if (people) await dialog().getByLabel('People', { exact: true }).fill(people)
  const confirm = dialog().getByLabel('I want this to be public')
  if (mark === 'Public') await confirm.check()
  await dialog()
    .getByRole('button', { name: mark === 'Public' ? 'Make it public' : 'Save' })
    .click()
  await dialog().waitFor({ state: 'detached' })
  await main()
    .getByText(people ?? mark)
    .first()
    .waitFor()
}

const urlOfApp = async (): Promise<string> =>
  (await page.getByRole('link', { name: 'Open Notes in a new tab' }).getAttribute('href')) ?? ''

/** What a browser of its own sees at the app's address. */
async function seenBy(username: string | undefined): Promise<string> {
  const visitor = await Visitor.arrive(browser, origin)
  try {
    if (username) await visitor.comeIn(username)
    await visitor.page.goto(await urlOfApp())
    const told = visitor.page.getByText(GREETING).or(visitor.page.getByRole('heading')).first()
    await told.waitFor()
    return (await told.textContent()) ?? ''
  } finally {
    await visitor.leave()
  }
}

test('an app says that it does not answer, and by itself that it does once something listens', async () => {
  await main().getByText('no answer').first().waitFor()
  const container = await containerOf(id)
  await writeInto(container, '/srv/app.mjs', APP)
  await startNode(container, '/srv/app.mjs')
  await main().getByText('answers').first().waitFor({ timeout: 30_000 })
  await main().getByRole('button', { name: 'Share port 8000' }).waitFor()
  assert.deepEqual(await ada.accessFaults('port-listens'), [])
  await ada.resize(phone)
  assert.equal(await ada.overflowPx(), 0)
  assert.deepEqual(await ada.shapeFaults('port-listens-phone'), [])
  await ada.resize(desktop)
})

test('its owner opens it in a new tab, from the page and from the list of spaces', async () => {
  const [tab] = await Promise.all([
    page.waitForEvent('popup'),
    page.getByRole('link', { name: 'Open Notes in a new tab' }).click(),
  ])
  await tab.getByText(GREETING).waitFor()
  await tab.close()
  await goWithin(page, '/spaces')
  const apps = page.getByRole('list', { name: 'Apps of heron' })
  const [second] = await Promise.all([page.waitForEvent('popup'), apps.getByRole('link').click()])
  await second.getByText(GREETING).waitFor()
  await second.close()
  await goWithin(page, `/spaces/${id}/ports`)
})

test('nobody else sees it until it is shared with them', async () => {
  assert.equal(await seenBy(undefined), 'Sign in')
  assert.notEqual(await seenBy('mel'), GREETING)
  await share('Named people', 'mel')
  assert.equal(await seenBy('mel'), GREETING)
  assert.equal(await seenBy(undefined), 'Sign in')
})

test('a name that is nobody’s is told in the dialog', async () => {
  await page.getByRole('button', { name: 'Share Notes' }).click()
  await dialog().getByText('Named people', { exact: true }).click()
  await dialog().getByLabel('People', { exact: true }).fill('mel, nobody')
  await dialog().getByText('Only you, mel and nobody will be able').waitFor()
  await dialog().getByRole('button', { name: 'Save' }).click()
  await dialog().getByRole('alert').getByText('nobody').waitFor()
  assert.deepEqual(await ada.accessFaults('share-nobody'), [])
  await page.keyboard.press('Escape')
})

test('public is public only after it was confirmed, and can be taken back', async () => {
  await page.getByRole('button', { name: 'Share Notes' }).click()
  await dialog().getByText('Public', { exact: true }).click()
  assert.ok(await dialog().getByRole('button', { name: 'Make it public' }).isDisabled())
  await page.keyboard.press('Escape')
  await share('Public')
  assert.equal(await seenBy(undefined), GREETING)
  assert.deepEqual(await ada.accessFaults('port-public'), [])
  await share('Owner only')
  assert.equal(await seenBy(undefined), 'Sign in')
  const refused = /status of 40[049]/
  assert.deepEqual(
    ada.complaints.filter((text) => !refused.test(text)),
    [],
  )
})

test('a program shares by the API, and not for somebody else', async () => {
  const mel = new Api(skein.url)
  await mel.signIn('mel')
  const wish = { visibility: 'public' }
  await assert.rejects(mel.call('PUT', `/spaces/${id}/ports/8000`, wish), { code: 'not_found' })
})

test('who is let in to look on sees what is typed and cannot type, until the share ends', async () => {
  await api.call('PUT', `/spaces/${id}/shares`, { kind: 'user', name: 'mel', level: 'viewer' })
  await goWithin(page, `/spaces/${id}`)
  const own = new TerminalScreen(page)
  await own.connected()
  await own.enter("echo shown-''to-both")
  const mel = await Visitor.arrive(browser, origin)
  await mel.comeIn('mel')
  await goWithin(mel.page, `/spaces/${id}`)
  await mel.page.getByText('You are looking on.').waitFor()
  const seen = new TerminalScreen(mel.page)
  await seen.shows(/shown-to-both/)
  assert.equal(await mel.page.getByRole('button', { name: 'New terminal' }).count(), 0)
  assert.deepEqual(await mel.accessFaults('looking-on'), [])
  await mel.resize(phone)
  assert.equal(await mel.overflowPx(), 0)
  assert.deepEqual(await mel.shapeFaults('looking-on-phone'), [])
  await mel.resize(desktop)
  await seen.enter('echo typed-by-mel')
  await own.enter("echo and-''on")
  await seen.shows(/and-on/)
  assert.doesNotMatch((await own.lines()).join('\n'), /typed-by-mel/)
  await api.call('PUT', `/spaces/${id}/shares`, { kind: 'user', name: 'mel', level: null })
  await mel.page
    .getByText('This space no longer exists')
    .or(mel.page.getByText('You may not go on in this space.'))
    .first()
    .waitFor()
  await mel.leave()
})

test('a link of a script in output is no link, and nobody is asked about it', async () => {
  const own = new TerminalScreen(page)
  let pages = 0
  const asked: string[] = []
  const opened = () => {
    pages++
  }
  const answered = (dialog: Dialog) => {
    asked.push(dialog.message())
    void dialog.dismiss()
  }
  page.context().on('page', opened)
  page.on('dialog', answered)
  await own.enter(
    "clear; for a in javascript:document.title=1 https://skein.invalid; do printf '\\033]8;;%s\\033\\\\li''nk\\033]8;;\\033\\\\\\n' $a; done; printf '\\033]0;<img src=x onerror=alert(1)>\\007'",
  )
  await own.shows(/^link\nlink/m)
  const press = async (which: number) => {
    const box = await page.locator('.xterm-rows .xterm-underline-5').nth(which).boundingBox()
    assert.ok(box)
    await page.mouse.move(box.x + 4, box.y + box.height / 2, { steps: 3 })
    await page.mouse.down()
    await page.mouse.up()
  }
  await press(0)
  // One of the web asks before it leads away.
  await eventually(() => press(1).then(() => asked.length > 0), {
    timeoutMs: 10_000,
    what: 'the question',
  })
  assert.ok(
    asked.every((text) => text.includes('skein.invalid')),
    String(asked),
  )
  await own.enter("echo still-''here")
  await own.shows(/still-here/)
  page.off('dialog', answered)
  page.context().off('page', opened)
  assert.equal(pages, 0)
  assert.notEqual(await page.title(), '1')
  assert.ok(page.url().endsWith(`/spaces/${id}`), page.url())
})
