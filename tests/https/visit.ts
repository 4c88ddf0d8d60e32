// A person's visit over a network that changes under the browser: Chromium drops what it loads whenever this machine gets
// an interface, and every space that starts beside a test brings one. A person reloads; so does this.

import type { Page } from 'playwright-core'
import { TerminalScreen } from '../e2e/screen.ts'
import { TEST_PASSWORD } from '../support/api.ts'
import { eventually } from '../support/eventually.ts'

/** For all the tries together, ms. */
const VISIT_MS = 90_000

/** From the front page to the list of spaces. */
export async function comeIn(page: Page, name: string): Promise<void> {
  const form = page.getByLabel('User name')
  const spaces = page.getByRole('heading', { name: 'Spaces', exact: true })
  const attempt = async (): Promise<true> => {
    await page.goto('/')
    await form.or(spaces).waitFor()
    if (await form.isVisible()) {
      await form.fill(name)
      await page.getByLabel('Password', { exact: true }).fill(TEST_PASSWORD)
      await page.getByRole('button', { name: 'Sign in' }).click()
    }
    await spaces.waitFor()
    return true
  }
  await eventually(attempt, { timeoutMs: VISIT_MS, what: 'the list of spaces' })
}

/** Shows what a page under another name of ours says, by way of signing in there. */
export async function shows(page: Page, url: string, text: string): Promise<void> {
  const attempt = async (): Promise<true> => {
    await page.goto(url)
    await page.getByText(text).waitFor()
    return true
  }
  await eventually(attempt, { timeoutMs: VISIT_MS, what: `${text} at ${url}` })
}

export async function openTerminal(page: Page, space: string): Promise<TerminalScreen> {
  const screen = new TerminalScreen(page)
  const attempt = async (): Promise<true> => {
    await page.goto('/spaces')
    await page.getByRole('link', { name: space, exact: true }).click()
    await screen.connected()
    return true
  }
  await eventually(attempt, { timeoutMs: VISIT_MS, what: 'a connected terminal' })
  return screen
}
