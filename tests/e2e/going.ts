// From page to page as somebody goes who has the product open: a document that is loaded anew takes four times as much of the
// processor as a page that is drawn in the one that is there.

import type { Page } from 'playwright-core'
import { amount } from '../support/amount.ts'

const isAnew = amount({ usual: 0, whole: 1 }) === 1

/** On the way all of the page before goes out of sight. */
const BETWEEN = '/spaces?q=nothing+of+that+name'

/** Ends where nothing is left of the page before; what the page shows may still be on its way. */
export async function goWithin(page: Page, path: string): Promise<void> {
  if (isAnew || page.url() === 'about:blank') {
    await page.goto(path)
    return
  }
  const between = page.getByRole('heading', { name: /^No space (yet|fits this filter)$/ })
  await push(page, BETWEEN)
  await between.waitFor()
  if (path === BETWEEN) return
  await push(page, path)
  await between.waitFor({ state: 'detached' })
}

/** Also where the page is already, as somebody is who closed a dialog on it. */
export async function stayOrGo(page: Page, path: string): Promise<void> {
  const { pathname, search } = new URL(page.url(), 'http://nowhere.invalid')
  if (isAnew || pathname + search !== path) await goWithin(page, path)
}

const push = (page: Page, path: string): Promise<void> =>
  page.evaluate(`history.pushState({}, '', ${JSON.stringify(path)})`)
