// The whole of what one does with Skein, by keys alone: no pointer, and nothing that a script can do and a person cannot.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { type Api, TEST_PASSWORD } from '../support/api.ts'
import { launchBrowser, Visitor } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import { Skein } from '../support/skein.ts'
import { Hands } from './hands.ts'
import { TerminalScreen } from './screen.ts'
import { stepsOf } from './steps.ts'

const TEMPLATE = `name: Everything
parameters:
  subject: { type: text, label: Subject, required: true }
  amount: { type: number, label: Amount, default: 2, min: 1, max: 9 }
  colour: { type: choice, label: Colour, default: red, choices: [red, green, blue] }
  tools: { type: many, label: Tools, default: [git], choices: [git, vim, curl] }
  loud: { type: switch, label: Loud, default: false }
  memory: { type: size, label: Memory, default: 512m, min: 128m, max: 8g }
  key: { type: secret, label: Key }
apps: [{ name: Notes, port: 8000 }]
main: main
home: /root
services:
  main:
    image: skein/debian-test:1
    user: root
    environment:
      SAID: \${{ param.subject }} \${{ param.amount }} \${{ param.colour }} \${{ param.loud }} \${{ param.memory }}
      TOOLS: \${{ param.tools }}
      KEY: \${{ param.key }}
    volumes: [home:/root]
    mem_limit: \${{ param.memory }}
`
/** Until a space runs or has stopped, ms. */
const SPACE_MS = 60_000

let skein: Skein
let api: Api
let browser: Browser
let ada: Visitor
let hands: Hands

const step = stepsOf(() => ada.describe())

before(async () => {
  ;({ skein, api } = await Skein.start({ bare: true }))
  browser = await launchBrowser()
  ada = await Visitor.arrive(browser, skein.url)
  hands = new Hands(ada.page)
})

after(async () => {
  await browser?.close()
  if (api?.cookie) await api.deleteSpaces()
  await skein?.close()
})

const state = (name: string, wanted: string) =>
  eventually(
    async () => (await api.spaces()).some((one) => one.name === name && one.state === wanted),
    { timeoutMs: SPACE_MS, what: `${name} to be ${wanted}` },
  )

step('set-up makes an administrator', async () => {
  await ada.page.goto(await skein.setupUrl())
  await hands.isAt('User name')
  await hands.type('ada')
  await hands.to('Password')
  await hands.type(TEST_PASSWORD)
  await hands.press('Enter')
  await hands.isAt('What people start from')
  await api.signIn('ada')
  await hands.to(/^Debian/, 'checkbox')
  while ((await hands.focused()).role === 'checkbox') await hands.press('Space', 'Tab')
  await hands.isAt('Go on without templates')
  await hands.press('Enter')
  await hands.isAt('New space', 'h1')
})

step('who signs out and in again is at their spaces', async () => {
  await hands.backTo('Account: ada')
  await hands.choose('Sign out')
  await hands.isAt('User name')
  await hands.type('ada')
  await hands.to('Password')
  await hands.type(TEST_PASSWORD)
  await hands.press('Enter')
  await hands.isAt('Spaces', 'h1')
})

step('a person is added, and the focus comes back to where it was', async () => {
  await hands.backTo('People', 'link')
  await hands.press('Enter')
  await hands.isAt('People', 'h1')
  await hands.use('Add a person')
  await hands.isAt('User name')
  await hands.press('Escape')
  await hands.isAt('Add a person')
  await hands.press('Enter')
  await hands.isAt('User name')
  await hands.type('mel')
  await hands.use('Suggest one')
  await hands.use('Add')
  await hands.isAt('Add a person')
  await hands.sees('mel')
})

step('a variable is set, changed and removed', async () => {
  await hands.backTo('Variables', 'link')
  await hands.press('Enter')
  await hands.isAt('Variables', 'h1')
  for (const name of ['REGION', 'ZONE']) {
    await hands.to('Set a variable')
    await hands.press('Enter')
    await hands.isAt('Name')
    await hands.type(name)
    await hands.to('Value')
    await hands.type('eu-1')
    await hands.use('Set')
    await hands.isAt('Set a variable')
    await hands.backTo('Variables', 'link')
  }
  await hands.use('Change REGION')
  await hands.isAt('It is a secret', 'switch')
  await hands.use('Remove')
  await hands.isAt('Cancel')
  await hands.use('Remove')
  // The one that took its place.
  await hands.isAt('Change ZONE')
})

step('a space is made from a template with parameters of every kind', async () => {
  await api.createTemplate(TEMPLATE)
  await hands.press('n')
  await hands.isAt('New space', 'h1')
  await hands.to('Name')
  await hands.fill('notebook')
  await hands.to('Subject')
  await hands.type('wide world')
  await hands.to('Amount')
  await hands.fill('3')
  await hands.to('red', 'radio')
  await hands.press('ArrowRight')
  await hands.isAt('green')
  await hands.to('vim', 'checkbox')
  await hands.press('Space')
  await hands.to('Loud', 'switch')
  await hands.press('Space')
  await hands.to('Memory')
  await hands.fill('256')
  await hands.to(/^Key/)
  await hands.type('hunter22')
  await hands.press('Control+Enter')
  await state('notebook', 'running')
})

step('its terminal takes every key, and is left by one', async () => {
  const screen = new TerminalScreen(ada.page)
  await screen.connected()
  await hands.isAt('Terminal input')
  await hands.type('echo "$SAID, $TOOLS, $KEY"\n')
  await screen.shows(/^wide world 3 green true 268435456, git,vim, hunter22$/m)
  await hands.type('ls /etc/debian_v\t\n')
  await screen.shows(/^\/etc\/debian_version/m)
  await hands.press('Control+Shift+X')
  await hands.isAt('main')
  await hands.press('Enter')
  await hands.isAt('Terminal input')
  await hands.press('Control+Shift+X')
  await hands.use('New terminal')
  const second = new TerminalScreen(ada.page, 'term-2')
  await hands.isAt('Terminal input')
  await second.shows(/[$#]/)
  await hands.type('python3 -m http.server 8000\n')
  await hands.press('Control+Shift+X')
  await hands.isAt('term-2')
  await hands.backTo('main')
  await hands.press('Enter')
  await hands.isAt('Terminal input')
  await hands.type('clear; echo back-$((6 * 7))\n')
  await screen.shows(/^back-42/m)
})

step('a file is opened, edited and saved', async () => {
  const screen = new TerminalScreen(ada.page)
  await hands.type('clear; echo one > letter; cp letter ~; cp letter /root; ls\n')
  await screen.shows(/^letter/m)
  await hands.press('Control+Shift+X')
  await hands.backTo('Files', 'link')
  await hands.press('Enter')
  await hands.isAt(/^Files in/, 'grid')
  await hands.type('letter')
  await hands.press('Enter')
  await hands.isAt('Text of letter')
  await hands.press('Control+End')
  await hands.type('two')
  await hands.press('Control+s')
  await hands.sees('Saved')
  await hands.press('Escape')
  await hands.backTo('Back to the list')
  await hands.press('Enter')
  await hands.isAt(/^Files in/, 'grid')
  await hands.press('Delete')
  await hands.isAt('Cancel')
  await hands.press('Escape')
  await hands.isAt(/^Files in/, 'grid')
})

step('what it offers is looked at and shared, and so is the space', async () => {
  await hands.backTo(/^Ports/, 'link')
  await hands.press('Enter')
  await hands.sees('python3')
  await hands.use('Share Notes')
  await hands.isAt(/^Owner only/, 'radio')
  await hands.press('ArrowDown')
  await hands.isAt(/^Named people/, 'radio')
  await hands.to('People')
  await hands.type('mel\n')
  await hands.isAt('Share Notes')
  await hands.backTo('Actions for notebook')
  await hands.choose('Share')
  await hands.isAt('Person', 'radio')
  await hands.to('User name')
  await hands.type('mel\n')
  await hands.sees('mel is let in as user.')
  await hands.to('Stop sharing with mel')
  await hands.press('Enter')
  await hands.sees('Shared with nobody.')
  await hands.isAt('Person', 'radio')
  await hands.press('Escape')
  await hands.isAt('Actions for notebook')
})

step('its timeline is read, and its name changed', async () => {
  await hands.use('Timeline', 'link')
  await hands.sees('by ada')
  await hands.use('Settings', 'link')
  await hands.to('Name')
  await hands.fill('diary')
  await hands.use('Rename')
  await hands.sees('The space is now called diary.')
  await hands.isAt('Name')
})

step('it is stopped, started and restarted, and the focus stays where one can go on', async () => {
  await hands.backTo('Stop')
  await hands.press('Enter')
  await state('diary', 'stopped')
  await hands.sees('Stopped')
  await hands.isAt(/^(Connect|Start|Actions for diary)$/)
  await hands.backTo('Start')
  await hands.press('Enter')
  await state('diary', 'running')
  await hands.sees('Running')
  await hands.backTo('Restart')
  await hands.press('Enter')
  await hands.sees(/Starting|Stopping/)
  await hands.isAt(/./)
  await state('diary', 'running')
  await hands.sees('Running')
})

step('a template is edited, planned, published, compared and rolled back', async () => {
  await hands.press('g', 't')
  await hands.isAt('Templates', 'h1')
  await hands.press('j')
  await hands.isAt('Everything', 'link')
  await hands.press('Enter')
  await hands.isAt('Everything', 'h1')
  await hands.sees('No problems')
  await ada.page.getByRole('textbox', { name: 'Template source' }).waitFor()
  await hands.to('Template source')
  await hands.press('Control+End')
  await hands.type('    shm_size: 64m')
  await hands.press('Escape', 'Escape')
  await hands.to('Preview', 'tab')
  await hands.press('ArrowRight')
  await hands.isAt('Plan')
  await hands.sees('1 space runs on and changes when restarted')
  await hands.press('Control+s')
  await hands.isAt('What changed')
  await hands.type('More room')
  // Nothing is published before it was said what that does.
  await ada.page.getByRole('dialog').getByText('1 space runs on').waitFor()
  await hands.press('Control+Enter')
  await hands.sees('Version 2 is published.')
  await hands.isAt('Plan')
  await hands.press('ArrowRight')
  await hands.isAt('Versions')
  await hands.to('Compare version 1 with the newest')
  await hands.press('Enter')
  await hands.sees('Alt with the arrows')
  await hands.isAt('On the left')
  await hands.use('Back to the source')
  await hands.isAt('Template source')
  await hands.press('Escape')
  await hands.to('Versions', 'tab')
  await hands.to('Roll back to version 1')
  await hands.press('Enter')
  await hands.sees('Version 1 is the newest again, as version 3.')
  await hands.isAt(/version/)
})

step('the palette leads anywhere, and the list of keys says how', async () => {
  await hands.press('Control+k')
  await hands.isAt('Search or do anything')
  await hands.type('diary')
  await hands.press('Escape')
  await hands.isAt(/version/)
  await hands.press('Control+k')
  await hands.isAt('Search or do anything')
  await hands.type('audit')
  await hands.press('Enter')
  await hands.isAt('Audit', 'h1')
  await hands.press('?')
  await hands.sees('Leave it for its tabs')
  await hands.press('Escape')
  await hands.isAt('Audit', 'h1')
})

/** Typed and entered before the page could draw anything, as by quick hands on a slow machine. */
const AT_ONCE = `(() => {
  const input = document.activeElement
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(input, 'cluster')
  input.dispatchEvent(new InputEvent('input', { bubbles: true }))
  const enter = { key: 'Enter', bubbles: true, cancelable: true }
  input.dispatchEvent(new KeyboardEvent('keydown', enter))
})()`

step('the palette takes what was typed, not what was drawn before', async () => {
  await hands.press('Control+k')
  await hands.isAt('Search or do anything')
  await ada.page.evaluate(AT_ONCE)
  await hands.isAt('Cluster', 'h1')
})

step('the space is deleted by its name, and who signs out is asked to sign in', async () => {
  await hands.press('g', 's')
  await hands.isAt('Spaces', 'h1')
  await hands.to('Actions for diary')
  await hands.choose('Delete')
  await hands.isAt('Type diary to confirm')
  await hands.type('diary\n')
  await hands.sees('No space yet', SPACE_MS)
  await hands.isAt(/^(New space|Spaces)$/)
  await hands.backTo('Account: ada')
  await hands.choose('Sign out')
  await hands.isAt('User name')
})

test('no page complained on its console', () => {
  assert.deepEqual(ada.complaints, [])
})
