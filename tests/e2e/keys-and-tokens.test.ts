// The account page's ways in, as a person uses them: a key is added, seen and removed; a token is made, works for a
// program and is refused from the moment it is revoked.

import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import type { SshKey, Token } from '#protocol/api/access.ts'
import { newId } from '#protocol/ids.ts'
import type { Api } from '../support/api.ts'
import { launchBrowser, Visitor } from '../support/browser.ts'
import { KEY_LINE, keyLine } from '../support/http/keys.ts'
import { Skein } from '../support/skein.ts'
import { goWithin } from './going.ts'

const PRIVATE = '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n'

let skein: Skein
let api: Api
let browser: Browser
let ada: Visitor
let page: Page
const folder = mkdtempSync(join(tmpdir(), 'skein-keys-'))
const sent: string[] = []

before(async () => {
  ;({ skein, api } = await Skein.start({ ssh: true }))
  browser = await launchBrowser()
  ada = await Visitor.arrive(browser, skein.url)
  page = ada.page
  page.on('request', (request) => sent.push(request.postData() ?? ''))
  await ada.comeIn('ada')
  await goWithin(page, '/account')
})

after(async () => {
  await browser?.close()
  await api?.deleteSpaces()
  await skein?.close()
  rmSync(folder, { recursive: true })
})

const keys = async () => (await api.call<{ keys: SshKey[] }>('GET', '/me/keys')).keys
const dialog = () => page.getByRole('dialog')
const openAddKey = () => page.getByRole('button', { name: 'Add an SSH key' }).click()

test('a key is pasted, seen with its fingerprint, and removed', async () => {
  await openAddKey()
  await dialog().getByLabel('Public key').fill(`${KEY_LINE}\n`)
  await dialog().getByRole('button', { name: 'Add key' }).click()
  await page.getByText('The key olga@laptop is registered.').waitFor()
  const [key] = await keys()
  await page.getByText(key?.fingerprint ?? 'none').waitFor()
  await page.getByText('never used').waitFor()
  assert.deepEqual(await ada.accessFaults('account-key'), [])
  await page.getByRole('button', { name: 'Remove the key olga@laptop' }).click()
  await dialog().getByText('you can add this one again later').waitFor()
  assert.deepEqual(await ada.accessFaults('remove-key'), [])
  await dialog().getByRole('button', { name: 'Remove key' }).click()
  await page.getByText('No key yet.').waitFor()
  assert.deepEqual(await keys(), [])
})

test('a key’s file is chosen, and a second registration says what to do', async () => {
  const path = join(folder, 'id_ed25519.pub')
  writeFileSync(path, `${keyLine(1)}\n`)
  for (const expected of ['The key Laptop is registered.', 'This key is registered already.']) {
    await openAddKey()
    await dialog().locator('input[type=file]').setInputFiles(path)
    await dialog().getByLabel('Name').fill('Laptop')
    await dialog().getByRole('button', { name: 'Add key' }).click()
    await page.getByText(expected).waitFor()
  }
  assert.deepEqual(await ada.accessFaults('key-taken'), [])
  await page.keyboard.press('Escape')
})

test('a private half is refused in the page, and never leaves it', async () => {
  await openAddKey()
  await dialog().getByLabel('Public key').fill(PRIVATE)
  await dialog().getByText('This is the private half').waitFor()
  assert.equal(await dialog().getByLabel('Public key').inputValue(), '')
  await dialog().getByRole('button', { name: 'Add key' }).click()
  await dialog().getByText('This is the private half').waitFor()
  assert.deepEqual(await ada.accessFaults('private-key'), [])
  assert.ok(sent.every((body) => !body.includes('b3BlbnNzaC1rZXk')))
  await page.keyboard.press('Escape')
})

test('a token is shown once, works for a program, and is refused when it is revoked', async () => {
  await page.getByRole('button', { name: 'Create a token' }).click()
  await dialog().getByLabel('Name').fill('backup script')
  await dialog().getByLabel('Expires').selectOption('7')
  await dialog().getByRole('button', { name: 'Create token' }).click()
  const secret =
    (await dialog()
      .getByText(/^skein_/)
      .first()
      .textContent()) ?? ''
  assert.deepEqual(await ada.accessFaults('token-made'), [])
  await dialog().getByRole('button', { name: 'Done' }).click()
  await page.getByText('expires').first().waitFor()
  assert.ok(!(await page.content()).includes(secret))

  const ask = () =>
    fetch(`${skein.url}/api/v1/me/tokens`, { headers: { authorization: `Bearer ${secret}` } })
  const { tokens } = (await (await ask()).json()) as { tokens: Token[] }
  assert.deepEqual(
    tokens.map(({ name, current }) => [name, current]),
    [['backup script', true]],
  )
  await page.getByRole('button', { name: 'Revoke the token backup script' }).click()
  await dialog().getByRole('button', { name: 'Revoke token' }).click()
  await page.getByText('No token yet.').waitFor()
  const refused = await ask()
  assert.equal(refused.status, 401)
  assert.equal(((await refused.json()) as { error: { code: string } }).error.code, 'token_wrong')
})

test('whoever connects without a key is told so, and registers one there', async () => {
  const source = 'name: None\nservices:\n  main:\n    image: nowhere.invalid/none:1\n'
  const { id: templateId } = await api.createTemplate(source)
  await api.createSpace({ id: newId(), name: 'notebook', templateId })
  for (const key of await keys()) await api.call('DELETE', `/me/keys/${key.id}`)
  await page.goto('/spaces')
  await page.getByRole('link', { name: 'notebook', exact: true }).waitFor()
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox').fill('connect to note')
  await page.locator('[role=option][aria-selected=true]', { hasText: 'Connect to' }).waitFor()
  await page.keyboard.press('Enter')
  await dialog().getByText(`ssh notebook@127.0.0.1 -p ${skein.sshPort}`).waitFor()
  await dialog().getByText('You have no SSH key registered yet').waitFor()
  assert.deepEqual(await ada.accessFaults('connect-no-key'), [])
  await dialog().getByRole('button', { name: 'Add an SSH key' }).click()
  await page.getByLabel('Public key').fill(KEY_LINE)
  await page.getByRole('button', { name: 'Add key' }).click()
  await page.getByText('You have no SSH key registered yet').waitFor({ state: 'detached' })
  await dialog().getByText(`ssh notebook@127.0.0.1 -p ${skein.sshPort}`).waitFor()
  await page.keyboard.press('Escape')
  await dialog().waitFor({ state: 'detached' })
  assert.ok(!page.url().includes('connect'))
})

test('the server’s data keeps no secret of a token, and no page complained', async () => {
  const { secret } = await api.call<{ secret: string }>('POST', '/me/tokens', { name: 'kept' })
  const random = secret.split('_').slice(2).join('_')
  const files = readdirSync(skein.data, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => readFileSync(join(one.parentPath, one.name), 'latin1'))
  assert.ok(files.some((text) => text.includes('SQLite format 3')))
  assert.ok(files.every((text) => !text.includes(random)))
  // The browser logs the refusal of the second registration, which was asked for.
  const unexpected = ada.complaints.filter((text) => !/status of 409/.test(text))
  assert.deepEqual(unexpected, [])
})
