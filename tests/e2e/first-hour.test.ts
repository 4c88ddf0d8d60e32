// A person's first hour with Skein in a browser: from the set-up link to a space that follows its template, with the
// server killed under their hands on the way. With SKEIN_TEST_STORE=redis or mariadb the state is in such a database.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import type { Api } from '../support/api.ts'
import { launchBrowser, Visitor } from '../support/browser.ts'
import { type Database, databaseFor } from '../support/database.ts'
import { docker } from '../support/docker.ts'
import { eventually } from '../support/eventually.ts'
import { Skein } from '../support/skein.ts'
import { TerminalScreen } from './screen.ts'
import { stepsOf } from './steps.ts'
import {
  becomeAdministrator,
  chooseStarters,
  createSpace,
  makeTemplate,
  publish,
  signIn,
  writeSource,
} from './walk.ts'

const NAME = 'ada'
const SPACE = 'notebook'

const template = (greeting: string) => `name: Greeter
parameters:
  subject: { type: text, label: Subject, required: true }
  memory: { type: size, label: Memory, default: 512m, min: 128m }
main: dev
home: /root
services:
  dev:
    image: skein/debian-test:1
    user: root
    environment:
      GREETING: ${greeting}
      SUBJECT: \${{ param.subject }}
    volumes: [home:/root]
    mem_limit: \${{ param.memory }}
`

let database: Database | undefined
let skein: Skein
let api: Api
let browser: Browser
let ada: Visitor
let spaceId = ''

const step = stepsOf(() => ada.describe())

before(async () => {
  database = await databaseFor(process.env.SKEIN_TEST_STORE)
  ;({ skein, api } = await Skein.start({ bare: true, flags: database?.flags ?? [] }))
  browser = await launchBrowser()
  ada = await Visitor.arrive(browser, await skein.setupUrl())
})

after(async () => {
  await browser?.close()
  if (api?.cookie) await api.deleteSpaces()
  await skein?.close()
  await database?.[Symbol.asyncDispose]()
})

step('the set-up link makes an administrator', async () => {
  await becomeAdministrator(ada.page, await skein.setupUrl(), NAME)
  await chooseStarters(ada.page, [])
  await api.signIn(NAME)
})

step('a template with parameters is written in the editor', async () => {
  await makeTemplate(ada.page, template('hello'))
  assert.deepEqual(
    (await api.templates()).map(({ name }) => name),
    ['Greeter'],
  )
})

step(
  'a space is made from the form, with its parameters, and its terminal can be typed in',
  async () => {
    await ada.page.getByRole('link', { name: 'New space' }).first().click()
    spaceId = await createSpace(ada.page, SPACE, { Subject: 'wide world' })
    const screen = new TerminalScreen(ada.page)
    await screen.connected()
    await screen.enter('echo "$GREETING, $SUBJECT: $((6 * 7))"')
    await screen.shows(/^hello, wide world: 42$/m)
    assert.equal((await memoryLimit()).trim(), String(512 * 1024 * 1024))
  },
)

step('a reloaded page shows the same screen of the same shell', async () => {
  const screen = new TerminalScreen(ada.page)
  const shell = await screen.shellPid()
  await screen.enter("printf '\\033[1;32m%s\\033[0m\\n' green; seq 1 5")
  await screen.shows(/^5$/m)
  await screen.type('half a line')
  await screen.shows(/half a line$/)
  const lines = await screen.lines()
  await ada.page.reload()
  await screen.connected()
  await screen.showsLines(lines)
  await screen.press('Control+u')
  assert.equal(await screen.shellPid(), shell)
})

step('a second browser sees the same terminal, and both can type', async () => {
  const screen = new TerminalScreen(ada.page)
  const shell = await screen.shellPid()
  const other = await Visitor.arrive(browser, ada.page.url(), { theme: 'light' })
  await signIn(other.page, NAME)
  await other.page.getByRole('link', { name: SPACE, exact: true }).click()
  const second = new TerminalScreen(other.page)
  await second.connected()
  await second.shows(new RegExp(`^shell-\\[${shell}\\]$`, 'm'))
  await ada.page.getByText('1 other viewer').waitFor()
  await second.enter('echo from-the-other-side')
  await screen.shows(/^from-the-other-side\n.*[$#]$/m)
  await second.showsLines(await screen.lines())
  await other.leave()
  await ada.page.getByText('1 other viewer').waitFor({ state: 'hidden' })
  assert.deepEqual(other.complaints, [])
})

step('a peer that is killed while one types is shown, and nothing is lost or doubled', async () => {
  const screen = new TerminalScreen(ada.page)
  const shell = await screen.shellPid()
  const words = Array.from({ length: 40 }, (_, i) => `word${i}`)
  await screen.enter("sh -c 'echo cat-''began; exec cat > ~/typed'")
  await screen.shows(/^cat-began$/m)
  await ada.whileCutOff(async () => {
    const told = screen.state(/^Reconnecting/).waitFor()
    const typed = words.reduce(
      (before, word) => before.then(() => screen.enter(word)),
      Promise.resolve(),
    )
    await Promise.all([skein.killPeer(), told, typed])
    await screen.connected()
    // The page's own connection for live state as well.
    await eventually(async () => (await ada.page.getByText('Cut off').count()) === 0, {
      timeoutMs: 20_000,
      what: 'the page to be served again',
    })
  })
  await screen.shows(/^word39$/m)
  await screen.press('Control+d')
  assert.equal(await screen.shellPid(), shell)
  const kept = await docker('exec', await container(), 'cat', '/root/typed')
  assert.deepEqual(kept.split('\n'), words)
})

step('a changed template marks its spaces as behind', async () => {
  const { page } = ada
  await page.getByRole('link', { name: 'Templates', exact: true }).first().click()
  await page.getByRole('link', { name: 'Greeter' }).first().click()
  await writeSource(page, template('welcome'))
  await page.getByRole('tab', { name: 'Plan' }).click()
  await page.getByText('1 space runs on and changes when restarted').waitFor()
  await publish(page, 'A warmer greeting', 2)
  await page.getByRole('tab', { name: 'Versions' }).click()
  await page.getByText('A warmer greeting').waitFor()
  await page.getByRole('link', { name: 'Spaces', exact: true }).first().click()
  await page.getByText('Version 2 exists; it applies at the next restart.').waitFor()
})

step('a restart applies the new version and keeps the home volume', async () => {
  const { page } = ada
  await page.getByRole('link', { name: SPACE, exact: true }).click()
  const screen = new TerminalScreen(page)
  await screen.connected()
  await screen.enter('echo kept > ~/letter; sync; echo $GREETING-before')
  await screen.shows(/^hello-before$/m)
  const old = await container()
  // Between the two containers there is no agent, and the browser itself logs each attempt to reach it.
  await ada.whileCutOff(async () => {
    await page.getByRole('button', { name: 'Restart to apply' }).click()
    await eventually(async () => (await container()) !== old && (await container()) !== '', {
      timeoutMs: 30_000,
      what: 'another container',
    })
    await page.getByText('v2 at restart').waitFor({ state: 'hidden' })
    await screen.connected()
  })
  await screen.enter('clear; echo "$GREETING, $SUBJECT, $(cat ~/letter)"')
  await screen.shows(/^welcome, wide world, kept$/m)
})

test('no page complained on its console', () => {
  assert.deepEqual(ada.complaints, [])
})

const container = () =>
  docker('ps', '--quiet', '--no-trunc', '--filter', `label=dev.skein.space=${spaceId}`)

const memoryLimit = async () =>
  await docker('inspect', '--format', '{{.HostConfig.Memory}}', await container())
