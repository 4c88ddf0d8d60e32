// The ways a person takes through the pages, found by what they can read and hear there.

import type { Page } from 'playwright-core'
import { TEST_PASSWORD } from '../support/api.ts'

/** From the set-up link to the choice of starter templates. */
export async function becomeAdministrator(page: Page, setupUrl: string, name: string) {
  await page.goto(setupUrl)
  await page.getByLabel('User name').fill(name)
  await page.getByLabel('Password', { exact: true }).fill(TEST_PASSWORD)
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('heading', { name: 'What people start from' }).waitFor()
}

/** Leaves set-up with these starters only. */
export async function chooseStarters(page: Page, names: readonly string[]): Promise<void> {
  const starters = page.getByRole('group', { name: 'Starter templates' })
  await starters.getByRole('checkbox').first().waitFor()
  for (const box of await starters.getByRole('checkbox').all()) {
    if (await box.isChecked()) await box.uncheck()
  }
  for (const name of names) await starters.getByRole('checkbox', { name }).check()
  const go = names.length > 0 ? 'Make the first space' : 'Go on without templates'
  await page.getByRole('button', { name: go }).click()
  await page.getByRole('heading', { name: 'New space' }).waitFor()
}

export async function signIn(page: Page, name: string, password = TEST_PASSWORD): Promise<void> {
  await page.goto('/login')
  await page.getByLabel('User name').fill(name)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Spaces', exact: true }).waitFor()
}

export async function makeTemplate(page: Page, source: string): Promise<void> {
  await page.goto('/templates/new')
  await page.getByText('Blank', { exact: true }).click()
  await page.getByText('debian:12').first().waitFor()
  await writeSource(page, source)
  await page.getByText('No problems').waitFor()
  await page.getByRole('button', { name: 'Create template' }).click()
  await page.getByRole('button', { name: 'Publish' }).waitFor()
}

/** In place of all that is in the editor of templates. */
export async function writeSource(page: Page, source: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Template source' }).click()
  await page.keyboard.press('Control+a')
  await page.keyboard.insertText(source)
}

export async function publish(page: Page, note: string, version: number): Promise<void> {
  await page.keyboard.press('Control+s')
  const dialog = page.getByRole('dialog', { name: `Publish version ${version}` })
  await dialog.getByLabel('What changed').fill(note)
  await dialog.getByRole('button', { name: 'Publish' }).click()
  await page.getByText(`Version ${version} is published.`).waitFor()
}

/** Ends on the page of the space, which is about to start. */
export async function createSpace(
  page: Page,
  name: string,
  parameters: Readonly<Record<string, string>> = {},
): Promise<string> {
  await page.getByLabel('Name', { exact: true }).fill(name)
  for (const [label, value] of Object.entries(parameters)) await page.getByLabel(label).fill(value)
  await page.getByRole('button', { name: 'Create space' }).click()
  await page.getByRole('heading', { name, exact: true }).waitFor()
  return /spaces\/([\w-]+)/.exec(page.url())?.[1] ?? ''
}
