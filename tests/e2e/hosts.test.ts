// One server with two engines, as a person sees it: where a new space goes, what is so while one of the engines is away, and
// how a space of a lost one is given up.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { newId } from '#protocol/ids.ts'
import type { MoreEngine } from '../../scripts/lib/more-engines.js'
import type { Api } from '../support/api.ts'
import { launchBrowser, Visitor } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import { noFurtherEngine, openEngine } from '../support/more-engine.ts'
import { Skein } from '../support/skein.ts'
import { createSpace, signIn } from './walk.ts'

const IMAGE = 'skein/busybox-test:1'
const TEMPLATE = `name: small\nservices:\n  main:\n    image: ${IMAGE}\n    volumes: [ home:/home ]\n`
const within = (what: string) => ({ what, timeoutMs: 60_000 })

let far: MoreEngine
let skein: Skein
let api: Api
let browser: Browser
let ada: Visitor

async function onFar(id: string): Promise<string> {
  const filter = ['--filter', `label=dev.skein.space=${id}`]
  const { output } = await far.docker('ps', '--all', '--quiet', ...filter)
  return output + (await far.docker('volume', 'ls', '--quiet', ...filter)).output
}

describe('a server with two engines', { skip: noFurtherEngine }, () => {
  before(async () => {
    far = await openEngine('pages', IMAGE)
    const near = 'near=/var/run/docker.sock?zone=hall-1'
    const flags = ['--engines', near, '--engines', `far=${far.socket}?zone=hall-2`]
    ;({ skein, api } = await Skein.start({ flags }))
    await api.createTemplate(TEMPLATE)
    browser = await launchBrowser()
    ada = await Visitor.arrive(browser, skein.url)
    await signIn(ada.page, 'ada')
  })

  after(async () => {
    await browser?.close()
    await far?.start()
    await api?.deleteSpaces()
    await skein?.close()
    await far?.remove()
  })

  test('the form of a new space says where it goes and why, and lets one choose', async () => {
    const { page } = ada
    await page.goto('/spaces/new')
    const field = page.getByLabel('Host', { exact: true })
    await field.waitFor()
    assert.deepEqual(await field.getByRole('option').allTextContents(), [
      'The one that fits best',
      'far, hall-2',
      'near, hall-1',
    ])
    await page.getByText('it is the least busy of 2').waitFor()
    await field.selectOption({ label: 'far, hall-2' })
    await page.getByText('your choice', { exact: true }).waitFor()
    const id = await createSpace(page, 'chosen')
    assert.equal((await api.until(id, 'running')).host?.name, 'far')
    await page.getByText('on far', { exact: true }).waitFor()
    await page.goto(`/spaces/${id}/timeline`)
    await page.getByText('Placed on far: it was chosen').waitFor()
  })

  test('an engine that is away holds up its own spaces only, and that is in sight', async () => {
    const { page } = ada
    const id = (await api.spaces()).find(({ name }) => name === 'chosen')?.id ?? ''
    const beside = newId<'space'>()
    const templateId = (await api.templates())[0]?.id ?? ''
    await far.kill()
    const notice = page.getByRole('status').filter({ hasText: 'Docker engine does not answer' })
    await notice.waitFor({ timeout: 30_000 })
    await page.getByRole('button', { name: 'Stop', exact: true }).click()
    await notice.getByText(/^It stops when .* is back\.$/).waitFor()
    // The preview knows it, too: what is asked for now goes to the other one.
    await api.createSpace({ id: beside, name: 'beside', templateId })
    assert.equal((await api.until(beside, 'running')).host?.name, 'near')
    assert.equal((await api.space(id)).state, 'running')
    await far.start()
    await api.until(id, 'stopped')
    await notice.waitFor({ state: 'hidden', timeout: 30_000 })
  })

  test('a space of an engine that will not come back is forgotten, by its name', async () => {
    const { page } = ada
    const id = (await api.spaces()).find(({ name }) => name === 'chosen')?.id ?? ''
    assert.notEqual(await onFar(id), '')
    await far.kill()
    await page.getByRole('button', { name: 'Forget this space' }).click({ timeout: 30_000 })
    const dialog = page.getByRole('dialog')
    const forget = dialog.getByRole('button', { name: 'Forget this space' })
    assert.equal(await forget.isDisabled(), true)
    await dialog.getByRole('textbox').fill('chosen')
    await forget.click()
    await page.getByText('chosen is forgotten.').waitFor()
    assert.ok((await api.spaces()).every(({ name }) => name !== 'chosen'))
    await far.start()
    await eventually(async () => (await onFar(id)) === '', within('nothing of it on the engine'))
    assert.deepEqual(ada.complaints, [])
  })
})
