// People, groups, roles, invitations, second factors and sharing on the pages, as an administrator and those who are invited
// use them. No space has to run for it, so there is no engine.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Secret, TOTP } from 'otpauth'
import type { Browser, Page } from 'playwright-core'
import { newId } from '#protocol/ids.ts'
import { themes } from '../support/access.ts'
import { type Api, TEST_PASSWORD } from '../support/api.ts'
import { desktop, launchBrowser, phone, Visitor } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import { freePath, Skein } from '../support/skein.ts'
import { goWithin } from './going.ts'
import { signIn } from './walk.ts'

const TEMPLATE =
  'name: Shell\nschedule: { start: mon-fri 08:00, stop: "03:00" }\nservices:\n  main:\n    image: skein/debian-test:1\n'

let skein: Skein
let api: Api
let browser: Browser
let ada: Visitor
let page: Page

before(async () => {
  ;({ skein, api } = await Skein.start({ flags: ['--docker', freePath('no-engine.sock')] }))
  browser = await launchBrowser()
  ada = await Visitor.arrive(browser, skein.url)
  page = ada.page
  await ada.comeIn('ada')
})

after(async () => {
  await browser?.close()
  await skein?.close()
})

const dialog = () => page.getByRole('dialog')
const button = (name: string) => page.getByRole('button', { name, exact: true })

/** By axe in both themes, as wide as a desk and as a phone. */
async function look(visitor: Visitor, name: string): Promise<void> {
  assert.deepEqual(await visitor.accessFaults(name, themes), [])
  await visitor.resize(phone)
  assert.equal(await visitor.overflowPx(), 0, `${name} is too wide for a phone`)
  assert.deepEqual(await visitor.shapeFaults(`${name}-phone`), [])
  assert.deepEqual(await visitor.smallTargets(), [])
  await visitor.resize(desktop)
}

test('a role is made of permissions, and a group has roles, members and a quota', async () => {
  await goWithin(page, '/people?view=roles')
  await page.getByText('No custom roles yet').waitFor()
  await look(ada, 'roles-empty')
  await button('Add a role').click()
  await dialog().getByLabel('Name', { exact: true }).fill('runs-spaces')
  await dialog().getByLabel('Start and stop every space').check()
  await look(ada, 'role')
  await dialog().getByRole('button', { name: 'Add role' }).click()
  await page.getByText('1 permission').waitFor()
  await look(ada, 'roles')
  await page.getByRole('link', { name: 'Groups', exact: true }).click()
  await page.getByText('No groups yet').waitFor()
  await look(ada, 'groups-empty')
  await button('Add a group').click()
  await dialog().getByLabel('Name', { exact: true }).fill('crew')
  await dialog().getByRole('button', { name: 'Add group' }).click()
  await dialog().getByText('Nobody is in it yet.').waitFor()
  await dialog().getByLabel('Add people').fill('@ada')
  await dialog().getByRole('button', { name: 'Add', exact: true }).click()
  await dialog().getByRole('button', { name: 'Take ada out' }).waitFor()
  await dialog().getByLabel('runs-spaces').check()
  await dialog().getByLabel('Spaces', { exact: true }).fill('5')
  await dialog().getByRole('button', { name: 'Save quota' }).click()
  await page.getByText('The group crew is changed.').first().waitFor()
  const manages = dialog().getByRole('button', { name: 'ada manages the group' })
  await manages.click()
  await dialog().getByText('· manages the group').waitFor()
  assert.equal(await manages.getAttribute('aria-pressed'), 'true')
  await look(ada, 'group')
})

test('whoever manages a group sees that group of all that there is of people, and says who is in it', async () => {
  for (const username of ['gil', 'noor']) {
    await api.call('POST', '/users', { username, password: TEST_PASSWORD })
  }
  const { groups } = await api.call<{ groups: { id: string }[] }>('GET', '/groups')
  const chosen = { add: ['gil'], addManagers: ['gil'] }
  await api.call('PATCH', `/groups/${groups[0]?.id}`, chosen)
  const gil = await Visitor.arrive(browser, skein.url)
  await gil.comeIn('gil')
  await gil.page.getByRole('link', { name: 'People' }).first().click()
  await gil.page.getByRole('button', { name: 'Details of the group crew' }).click()
  const drawer = gil.page.getByRole('dialog')
  await drawer.getByText('Spaces: 0 of 5').first().waitFor()
  await drawer.getByLabel('Add people').fill('noor')
  await drawer.getByRole('button', { name: 'Add', exact: true }).click()
  await drawer.getByRole('button', { name: 'Take noor out' }).waitFor()
  assert.equal(await drawer.getByRole('button', { name: 'Take ada out' }).count(), 0)
  assert.equal(await drawer.getByRole('button', { name: 'Save quota' }).count(), 0)
  assert.equal(await gil.page.getByRole('link', { name: 'Invitations' }).count(), 0)
  await look(gil, 'managed-group')
  await gil.leave()
})

test('whoever is invited makes an account with what the link gives, once', async () => {
  // Without what the page before had to tell, which may lie on what is looked at.
  await page.goto('/people')
  await button('Invite').click()
  await dialog().getByLabel('User name').fill('ines')
  await dialog().getByLabel('crew').check()
  await look(ada, 'invite')
  await dialog().getByRole('button', { name: 'Make the link' }).click()
  const link = await dialog().locator('code').innerText()
  await dialog().getByRole('button', { name: 'Done' }).click()
  const guest = await Visitor.arrive(browser, skein.url)
  await guest.page.goto(link)
  await guest.page.getByText('ada invited you.').waitFor()
  await look(guest, 'invitation')
  await guest.page.getByLabel('Password', { exact: true }).fill(TEST_PASSWORD)
  await guest.page.getByRole('button', { name: 'Join' }).click()
  await guest.page.getByRole('heading', { name: 'Spaces', exact: true }).waitFor()
  await guest.leave()
  const late = await Visitor.arrive(browser, skein.url)
  await late.page.goto(link)
  await late.page.getByText('This link is not valid.').waitFor()
  await look(late, 'invitation-wrong')
  await late.leave()
  await goWithin(page, '/people')
  await page.getByRole('row', { name: /ines/ }).getByText('crew').waitFor()
  await look(ada, 'people')
  await page.getByRole('link', { name: 'Groups', exact: true }).click()
  await button('Details of the group crew').waitFor()
  await look(ada, 'groups')
})

test('a second factor is scanned, asked for at the next login, and taken away by an administrator', async () => {
  const ines = await Visitor.arrive(browser, skein.url)
  const own = ines.page
  await ines.comeIn('ines')
  await goWithin(own, '/account')
  await own.getByRole('button', { name: 'Set it up' }).click()
  const enrol = own.getByRole('dialog')
  await enrol.getByLabel('Current password').fill(TEST_PASSWORD)
  await enrol.getByRole('button', { name: 'Continue' }).click()
  await enrol.getByRole('img', { name: /picture to scan/ }).waitFor()
  await look(ines, 'enrol')
  const secret = (await enrol.locator('code').innerText()).replace(/\s/g, '')
  const totp = new TOTP({ secret: Secret.fromBase32(secret) })
  await enrol.getByLabel('Code').fill(totp.generate())
  await enrol.getByRole('button', { name: 'Turn it on' }).click()
  await enrol.getByText('Your recovery codes').waitFor()
  const code = (await enrol.getByRole('listitem').first().innerText()).trim()
  await look(ines, 'recovery-codes')
  await enrol.getByRole('button', { name: 'I have kept them' }).click()
  await own.getByText('10 recovery codes left').waitFor()
  await look(ines, 'account')
  await ines.leave()
  const again = await Visitor.arrive(browser, skein.url)
  await again.page.goto('/login')
  await again.page.getByLabel('User name').fill('ines')
  await again.page.getByLabel('Password', { exact: true }).fill(TEST_PASSWORD)
  await again.page.getByRole('button', { name: 'Sign in' }).click()
  await again.page.getByLabel('Code').fill(code)
  await look(again, 'login-code')
  await again.page.getByRole('button', { name: 'Sign in' }).click()
  await again.page.getByRole('heading', { name: 'Spaces', exact: true }).waitFor()
  await again.leave()
  await goWithin(page, '/people')
  await page.getByRole('button', { name: 'Details of ines' }).click()
  await dialog().getByRole('button', { name: 'Take it away' }).waitFor()
  await look(ada, 'person')
  await dialog().getByRole('button', { name: 'Take it away' }).click()
  await page
    .getByRole('dialog', { name: /second factor of ines/ })
    .getByRole('button', { name: 'Take it away' })
    .click()
  await dialog().getByText('the password alone is enough').first().waitFor()
})

test('a forgotten password is reset by a link', async () => {
  await page.goto('/people')
  await page.getByRole('button', { name: 'Actions for ines' }).click()
  await page.getByRole('menuitem', { name: 'Make a reset link' }).click()
  await dialog().getByRole('button', { name: 'Make a reset link' }).click()
  const link = await dialog().locator('code').innerText()
  await dialog().getByRole('button', { name: 'Done' }).click()
  await page.getByRole('link', { name: 'Invitations' }).click()
  await page.getByText('Password reset: ines').waitFor()
  await look(ada, 'invitations')
  const guest = await Visitor.arrive(browser, skein.url)
  await guest.page.goto(link)
  await guest.page.getByText('For ines.').waitFor()
  await guest.page.getByLabel('Password', { exact: true }).fill(`${TEST_PASSWORD} anew`)
  await guest.page.getByRole('button', { name: 'Set the password' }).click()
  await guest.page.getByText('The password is changed').waitFor()
  await signIn(guest.page, 'ines', `${TEST_PASSWORD} anew`)
  await guest.leave()
})

test('a space is shared with a person and a group, and what each may is what the page offers', async () => {
  const { id: templateId } = await api.createTemplate(TEMPLATE)
  const id = newId<'space'>()
  await api.createSpace({ id, name: 'heron', templateId })
  await goWithin(page, `/spaces/${id}/timeline`)
  await goWithin(page, `/spaces/${id}/settings`)
  const follows = page.getByRole('switch', { name: 'Follow the schedule' })
  await page.getByText('Stops next:').waitFor()
  await look(ada, 'schedule')
  await follows.click()
  await page.getByText('Switched off: it starts').waitFor()
  await eventually(async () => (await api.space(id)).schedule?.isOn === false, {
    timeoutMs: 10_000,
    what: 'the schedule to be off',
  })
  await eventually(async () => !(await follows.isChecked()), {
    timeoutMs: 10_000,
    what: 'the switch to say so',
  })
  await look(ada, 'schedule-off')
  await goWithin(page, `/spaces/${id}/timeline`)
  await page.getByRole('button', { name: 'Actions for heron' }).click()
  await page.getByRole('menuitem', { name: 'Share' }).click()
  await dialog().getByText('Shared with nobody.').waitFor()
  await dialog().getByLabel('User name').fill('ines')
  await dialog().getByLabel('As', { exact: true }).selectOption('viewer')
  await dialog().getByRole('button', { name: 'Share', exact: true }).click()
  await page.getByText('ines is let in as viewer.').waitFor()
  await dialog().getByText('Group', { exact: true }).first().click()
  await dialog().getByLabel('Group name').fill('nobody')
  await dialog().getByRole('button', { name: 'Share', exact: true }).click()
  await dialog().getByText('There is no such group “nobody”.').waitFor()
  await look(ada, 'share')
  await page.keyboard.press('Escape')
  const ines = await Visitor.arrive(browser, skein.url)
  await ines.comeIn('ines', `${TEST_PASSWORD} anew`)
  await ines.page.getByRole('link', { name: 'heron' }).click()
  await ines.page.getByText('Shared with you as viewer (ada)').waitFor()
  assert.equal(await ines.page.getByRole('button', { name: 'Connect' }).count(), 0)
  await look(ines, 'shared-space')
  await ines.leave()
})

test('a link that names a template fills in a form and waits, whatever else stands in it', async () => {
  const [template] = await api.templates()
  await page.goto(
    `/spaces/new?template=${template?.id}&name=trap&mode=auto&start=true&param.repo=%3Bid`,
  )
  await page.getByRole('button', { name: 'Create', exact: false }).first().waitFor()
  await page.waitForLoadState('networkidle')
  assert.ok(!(await api.spaces()).some(({ name }) => name !== 'heron'))
})

test('the pages complain of nothing', () => {
  // The group that there is not.
  const others = ada.complaints.filter((line) => !line.includes('/shares)'))
  assert.deepEqual(others, [])
})
