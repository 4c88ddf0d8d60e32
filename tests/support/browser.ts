// Chromium for the tests that use the product as a person does. Whoever launches one closes it; each visitor is a
// browser profile of their own, and what the page complains about is kept for the test to look at.

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Browser,
  type BrowserContext,
  type ConsoleMessage,
  chromium,
  type Page,
} from 'playwright-core'
import { amount } from './amount.ts'

/** How long a person would wait for anything on a page before giving up, on a machine that does ten things at once, ms. */
export const PATIENCE_MS = 20_000

/** The one without a window, where it is there: a page takes a fifth less of the processor in it. */
const SHELL = '/usr/bin/chromium-headless-shell'
const CHROMIUM =
  process.env.SKEIN_TEST_CHROMIUM ?? (existsSync(SHELL) ? SHELL : '/usr/bin/chromium')

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  // Without WebGL the terminal is drawn as text, which a test can read.
  '--disable-3d-apis',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Two frames, on a machine that does much else, ms. */
const MOST_FRAMES_LATE_MS = 500

/**
 * Half-way between two themes, or into sight, no contrast is what it will be; on a busy machine the way begins some
 * frames late. What turns for as long as it is there has no end to wait for, and what is folded away stands still. States
 * are looked at, since a page of which nothing changes now and then gets no frame any more, and with it no event.
 */
const TRANSITIONS_OVER = `(async () => {
  const pause = (ms) => new Promise((then) => setTimeout(then, ms))
  const frame = () => new Promise((then) => requestAnimationFrame(then))
  const isOnItsWay = (it) =>
    Number.isFinite(it.effect.getComputedTiming().endTime) &&
    (it.pending || it.playState === 'running')
  await Promise.race([frame().then(frame), pause(${MOST_FRAMES_LATE_MS})])
  const mostMs = performance.now() + ${PATIENCE_MS}
  while (document.getAnimations().some(isOnItsWay) && performance.now() < mostMs) await pause(10)
})()`

export type Theme = 'light' | 'dark'
export const themes: readonly Theme[] = ['light', 'dark']

/** Of axe-core's rules, what is left where all others have been looked at, and all but the dearest, which looks behind every word. */
const RULES = {
  all: '',
  colours: "runOnly: ['color-contrast']",
  shapes: "rules: { 'color-contrast': { enabled: false } }",
} as const

export const desktop = { width: 1440, height: 900 } as const
export const phone = { width: 390, height: 844 } as const
/** What is looked at in passing, and on a phone: pages.test.ts looks at every page in both, and a width changes no colour. */
const usualThemes = themes.slice(-amount({ usual: 1, whole: themes.length }))

interface VisitorOptions {
  readonly theme?: Theme
  readonly viewport?: { readonly width: number; readonly height: number }
}

interface BrowserOptions {
  /** A rule of `--host-resolver-rules`. */
  readonly hosts?: string
  /** PEM of authorities that this browser trusts, as a person's does after importing them. */
  readonly trusts?: readonly string[]
}

export async function launchBrowser({ hosts, trusts = [] }: BrowserOptions = {}): Promise<Browser> {
  const home = trusts.length > 0 ? makeHome(trusts) : undefined
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: [...FLAGS, ...(hosts === undefined ? [] : [`--host-resolver-rules=${hosts}`])],
    ...(home !== undefined && { env: { ...process.env, HOME: home } }),
  })
  if (home !== undefined) {
    browser.once('disconnected', () => rmSync(home, { recursive: true, force: true }))
  }
  return browser
}

/** Whether Chromium dropped what it was loading: it does whenever the machine gets an interface, and each space brings one. */
const wasDropped = (text: string) => text.includes('net::ERR_NETWORK_CHANGED')

/** As a person would, it asks again for a page that was dropped. */
function bearsDrops(page: Page): Page {
  const goto = page.goto.bind(page)
  page.goto = (...words) =>
    goto(...words).catch((error: unknown) => {
      if (!wasDropped(String(error))) throw error
      return goto(...words)
    })
  return page
}

/** A home folder whose NSS database trusts the authorities; that is where Chromium on Linux looks. */
function makeHome(authorities: readonly string[]): string {
  const home = mkdtempSync(join(tmpdir(), 'skein-home-'))
  const folder = join(home, '.pki/nssdb')
  const certutil = (...words: string[]) =>
    execFileSync('certutil', ['-d', `sql:${folder}`, ...words])
  mkdirSync(folder, { recursive: true })
  certutil('-N', '--empty-password')
  for (const [i, pem] of authorities.entries()) {
    // By a file: certutil does not wait for its standard input.
    const file = join(home, `authority-${i}.pem`)
    writeFileSync(file, pem)
    certutil('-A', '-t', 'C,,', '-n', `authority ${i}`, '-a', '-i', file)
  }
  return home
}

/** What axe-core found wrong with a page: the rule, and where. */
export interface AccessFault {
  readonly theme: Theme
  readonly rule: string
  readonly where: string
}

export class Visitor {
  readonly page: Page
  /** Errors on the console and uncaught ones, since the visit began. */
  readonly complaints: string[] = []
  readonly #context: BrowserContext
  readonly #theme: Theme
  #cutOff = false
  #wasDropped = false

  private constructor(context: BrowserContext, page: Page, theme: Theme) {
    this.#context = context
    this.page = page
    this.#theme = theme
    page.on('console', (message) => this.#heard(message))
    page.on('pageerror', (error) => this.complaints.push(`uncaught: ${error.stack}`))
  }

  static async arrive(browser: Browser, url: string, options: VisitorOptions = {}) {
    const theme = options.theme ?? 'dark'
    const context = await browser.newContext({
      baseURL: url,
      colorScheme: theme,
      // Fades would make a contrast depend on the moment of looking.
      reducedMotion: 'reduce',
      viewport: options.viewport ?? desktop,
    })
    context.setDefaultTimeout(PATIENCE_MS)
    return new Visitor(context, bearsDrops(await context.newPage()), theme)
  }

  /** While the server is killed on purpose, the browser itself logs each attempt that fails. */
  async whileCutOff(work: () => Promise<void>): Promise<void> {
    this.#cutOff = true
    await work()
    this.#cutOff = false
  }

  /**
   * Looks at the page as it is with every rule of axe-core, and again in each further theme for colours, the only thing
   * that a theme changes. `name` is that of the pictures.
   */
  async accessFaults(
    name: string,
    inThemes: readonly Theme[] = usualThemes,
  ): Promise<readonly AccessFault[]> {
    const faults: AccessFault[] = []
    for (const theme of inThemes) {
      await this.page.emulateMedia({ colorScheme: theme })
      await this.page.locator(`html[data-theme=${theme}]`).waitFor()
      await this.#again(() => this.page.evaluate(TRANSITIONS_OVER))
      faults.push(...(await this.#runAxe(theme, theme === inThemes[0] ? 'all' : 'colours')))
      await this.#picture(`${name}-${theme}`)
    }
    await this.page.emulateMedia({ colorScheme: this.#theme })
    return faults
  }

  /** What axe-core finds on a page whose colours were looked at in another width, which changes none. */
  async shapeFaults(name: string): Promise<readonly AccessFault[]> {
    if (amount({ usual: 0, whole: 1 }) === 1) return await this.accessFaults(name)
    await this.#again(() => this.page.evaluate(TRANSITIONS_OVER))
    const faults = await this.#runAxe(this.#theme, 'shapes')
    await this.#picture(`${name}-${this.#theme}`)
    return faults
  }

  /** How far the page can be pushed sideways, pixels: on a phone, by mistake only. */
  async overflowPx(): Promise<number> {
    return await this.page.evaluate<number>(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    )
  }

  /** What of the page in sight is too small for a finger. */
  async smallTargets(): Promise<readonly string[]> {
    return await this.page.evaluate<readonly string[]>(SMALL_TARGETS)
  }

  async resize(viewport: { readonly width: number; readonly height: number }): Promise<void> {
    await this.page.setViewportSize(viewport)
  }

  /** The page as it is read out, for the report of a test that failed on it. */
  async describe(): Promise<string> {
    return `${this.page.url()}\n${await this.page.locator('body').ariaSnapshot()}`
  }

  async leave(): Promise<void> {
    await this.#context.close()
  }

  async #runAxe(theme: Theme, rules: keyof typeof RULES): Promise<readonly AccessFault[]> {
    const violations = await this.#again(async () => {
      // From outside and not as a script of the page, whose policy would rightly refuse it.
      const isThere = await this.page.evaluate<boolean>("'axe' in window")
      if (!isThere) await this.page.evaluate(axeSource())
      // What is well is neither described nor sent: it would take three times as long as the looking.
      return await this.page.evaluate<AxeViolations>(
        `axe.run({ resultTypes: ['violations'], selectors: false, ${RULES[rules]} })
          .then(({ violations }) => violations)`,
      )
    })
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => ({
        theme,
        rule: id,
        where: `${html.slice(0, 300)} ${failureSummary ?? ''}`,
      })),
    )
  }

  /** Asked again of a page that loads itself anew meanwhile, as one does of which a part was dropped. */
  async #again<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask()
    } catch (error) {
      if (!String(error).includes('Execution context was destroyed')) throw error
      await this.page.getByRole('heading').first().waitFor()
      return await ask()
    }
  }

  /** For the eyes: only when a folder for them is named. */
  async #picture(name: string): Promise<void> {
    const folder = process.env.SKEIN_TEST_PICTURES
    if (folder) await this.page.screenshot({ path: `${folder}/${name}.png` })
  }

  #heard(message: ConsoleMessage): void {
    if (message.type() !== 'error' && message.type() !== 'warning') return
    const text = `${message.type()}: ${message.text()} (${message.location().url})`
    if (wasDropped(text)) this.#wasDropped = true
    // What a page that loads itself anew had asked for in advance is used by nobody.
    if (this.#wasDropped && /ERR_NETWORK_CHANGED|preloaded using link preload/.test(text)) return
    if (this.#cutOff && /WebSocket connection|net::ERR_|status of 50[234]/.test(text)) return
    this.complaints.push(text)
  }
}

/** WCAG's enhanced size is 44; what lies beside another gives some of it away. */
const FINGER_PX = 40

/** How far up, down, left and right of its middle a press still meets the control; what is in a line of text is exempt. */
const SMALL_TARGETS = `(() => {
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
