// What of a page keeps somebody out: what axe-core finds in it, and what is too small for a finger.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { amount } from './amount.ts'

export type Theme = 'light' | 'dark'
export const themes: readonly Theme[] = ['light', 'dark']

/** Of axe-core's rules, what is left where all others have been looked at, and all but the dearest, which looks behind every word. */
const RULES = {
  all: '',
  colours: "runOnly: ['color-contrast']",
  shapes: "rules: { 'color-contrast': { enabled: false } }",
} as const
export type RuleSet = keyof typeof RULES

/** What lies behind a dialog is not read out, and is looked at where no dialog is. */
const SIGHT =
  amount({ usual: 0, whole: 1 }) === 1 ? 'document' : "{ exclude: ['[data-aria-hidden=true]'] }"

/** What axe-core found wrong with a page: the rule, and where. */
export interface AccessFault {
  readonly theme: Theme
  readonly rule: string
  readonly where: string
}

export async function findFaults(
  page: Page,
  theme: Theme,
  rules: RuleSet,
): Promise<readonly AccessFault[]> {
  // From outside and not as a script of the page, whose policy would rightly refuse it.
  const isThere = await page.evaluate<boolean>("'axe' in window")
  if (!isThere) await page.evaluate(axeSource())
  // What is well is neither described nor sent: it would take three times as long as the looking.
  const violations = await page.evaluate<AxeViolations>(
    `axe.run(${SIGHT}, { resultTypes: ['violations'], selectors: false, ${RULES[rules]} })
      .then(({ violations }) => violations)`,
  )
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => ({
      theme,
      rule: id,
      where: `${html.slice(0, 300)} ${failureSummary ?? ''}`,
    })),
  )
}

/** WCAG's enhanced size is 44; what lies beside another gives some of it away. */
const FINGER_PX = 40

/** How far up, down, left and right of its middle a press still meets the control; what is in a line of text is exempt. */
export const SMALL_TARGETS = `(() => {
  const controls = 'a[href], button, input, select, textarea, summary, label:has(input), [role=menuitem], [role=option]'
  const small = []
  for (const element of document.querySelectorAll(controls)) {
    const { left, top, width, height } = element.getBoundingClientRect()
    const [x, y] = [left + width / 2, top + height / 2]
    const meets = (byX, byY) => {
      const met = document.elementFromPoint(x + byX, y + byY)
      return met !== null && (met === element || element.contains(met))
    }
    const reach = (byX, byY) => {
      let far = 0
      while (far < ${FINGER_PX} && meets(byX * (far + 1), byY * (far + 1))) far++
      return far
    }
    if (!meets(0, 0) || element.matches(':disabled, label *, p *, .xterm *, .cm-editor *')) continue
    const wide = Math.max(width, reach(1, 0) + reach(-1, 0) + 1)
    const high = Math.max(height, reach(0, 1) + reach(0, -1) + 1)
    const name = element.getAttribute('aria-label') ?? element.innerText
    if (Math.min(wide, high) < ${FINGER_PX}) small.push(wide + ' by ' + high + ' px: ' + name)
  }
  return small
})()`

type AxeViolations = readonly {
  readonly id: string
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[]
}[]

let axe: string | undefined

function axeSource(): string {
  axe ??= readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  return axe
}
