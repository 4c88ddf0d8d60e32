// The lines that the page offers to copy, run as they stand by the real ssh and scp of this machine.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import type { Browser } from 'playwright-core'
import { newId } from '#protocol/ids.ts'
import type { Api } from '../support/api.ts'
import { launchBrowser, Visitor } from '../support/browser.ts'
import { Skein } from '../support/skein.ts'
import { goWithin } from './going.ts'

const run = promisify(execFile)
const RUN_TIMEOUT_MS = 60_000
const TEMPLATE = `name: Shell
home: /root
services:
  main:
    image: skein/debian-test:1
    user: root
    working_dir: /root
`

let skein: Skein
let api: Api
let browser: Browser
let ada: Visitor
/** Somebody's machine: its home, and programs that look there instead of into that of who runs the tests. */
const home = mkdtempSync(join(tmpdir(), 'skein-home-'))

before(async () => {
  ;({ skein, api } = await Skein.start({ ssh: true }))
  await makeHome()
  const { id: templateId } = await api.createTemplate(TEMPLATE)
  const id = newId<'space'>()
  await api.createSpace({ id, name: 'quiet-heron', templateId })
  await api.until(id, 'running')
  browser = await launchBrowser()
  ada = await Visitor.arrive(browser, skein.url)
  await ada.comeIn('ada')
  await goWithin(ada.page, '/account')
  await ada.page.getByRole('button', { name: 'Add an SSH key' }).click()
  const line = readFileSync(join(home, '.ssh', 'id_ed25519.pub'), 'utf8')
  await ada.page.getByLabel('Public key').fill(line)
  await ada.page.getByRole('button', { name: 'Add key' }).click()
  await ada.page.getByText('is registered').waitFor()
  await goWithin(ada.page, `/spaces/${id}/timeline?connect=true`)
  await ada.page.getByText('Trust it beforehand').click()
})

after(async () => {
  await browser?.close()
  await api?.deleteSpaces()
  await skein?.close()
  rmSync(home, { recursive: true })
})

async function makeHome(): Promise<void> {
  const folder = join(home, '.ssh')
  mkdirSync(folder, { mode: 0o700 })
  mkdirSync(join(home, 'bin'))
  const key = join(folder, 'id_ed25519')
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'ada@here', '-f', key])
  // Whatever the page did not make known is refused, as a careful person would.
  const config = join(folder, 'config')
  writeFileSync(
    config,
    `IdentityFile ${key}\nIdentitiesOnly yes\nStrictHostKeyChecking yes\nUserKnownHostsFile ${folder}/known_hosts\n`,
  )
  for (const program of ['ssh', 'scp']) {
    const path = join(home, 'bin', program)
    writeFileSync(path, `#!/bin/sh\nexec /usr/bin/${program} -F ${config} "$@"\n`)
    chmodSync(path, 0o755)
  }
}

/** The line that begins so, as it would be copied. */
async function offered(begin: RegExp): Promise<string> {
  const line = ada.page.getByRole('dialog').locator('code').filter({ hasText: begin })
  return (await line.first().textContent()) ?? ''
}

async function runLine(line: string): Promise<string> {
  const env = { ...process.env, HOME: home, PATH: `${join(home, 'bin')}:${process.env.PATH}` }
  const options = { cwd: home, env, timeout: RUN_TIMEOUT_MS }
  return (await run('bash', ['-c', line], options)).stdout
}

test('the host is trusted, and ssh and scp work, by the lines on the page', async () => {
  await assert.rejects(runLine(`${await offered(/^ssh quiet/)} true`), /verification failed/)
  await runLine(await offered(/^printf/))
  assert.equal(await runLine(`${await offered(/^ssh quiet/)} 'echo $((6 * 7))'`), '42\n')
  writeFileSync(join(home, 'notes.txt'), 'carried over\n')
  await runLine(await offered(/^scp/))
  assert.equal(await runLine(`${await offered(/^ssh quiet/)} cat notes.txt`), 'carried over\n')
})

test('the account page says that the key was used', async () => {
  await goWithin(ada.page, '/account')
  await ada.page.getByText('last used').waitFor()
  assert.deepEqual(ada.complaints, [])
})
