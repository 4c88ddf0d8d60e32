// Chromium for the tests that use the product as a person does. Whoever launches one closes it; each visitor is a
// browser profile of their own, and what the page complains about is kept for the test to look at.

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Browser,
  type BrowserContext,
  type ConsoleMessage,
  chromium,
  type Page,
} from 'playwright-core'
import {
  type AccessFault,
  findFaults,
  type RuleSet,
  SMALL_TARGETS,
  type Theme,
  themes,
} from './access.ts'
import { amount } from './amount.ts'
import { Api } from './api.ts'

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

export class Visitor {
  readonly page: Page
  /** Errors on the console and uncaught ones, since the visit began. */
  readonly complaints: string[] = []
  readonly #context: BrowserContext
  readonly #url: string
  #theme: Theme
  #cutOff = false
  #wasDropped = false

  private constructor(context: BrowserContext, page: Page, url: string, theme: Theme) {
    this.#context = context
    this.#url = url
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
    return new Visitor(context, bearsDrops(await context.newPage()), url, theme)
  }

  /**
   * To the list of spaces, as somebody who signed in before: where the sign-in page is not what is looked at it is one page
   * more to load.
   */
  async comeIn(username: string, password?: string): Promise<void> {
    const api = new Api(this.#url)
    await api.signIn(username, password)
    const [name = '', value = ''] = api.cookie.split('=')
    const of = {
      domain: new URL(this.#url).hostname,
      path: '/',
      secure: name.startsWith('__Host-'),
    }
    await this.#context.addCookies([{ name, value, ...of, httpOnly: true, sameSite: 'Strict' }])
    await this.page.goto('/spaces')
    await this.page.getByRole('heading', { name: 'Spaces', exact: true }).waitFor()
  }

  /** While the server is killed on purpose, the browser itself logs each attempt that fails. */
  async whileCutOff(work: () => Promise<void>): Promise<void> {
    this.#cutOff = true
    await work()
    this.#cutOff = false
  }

  /**
   * Looks at the page as it is with every rule of axe-core, and again in each further theme for colours, the only thing
   * that a theme changes. `name` is that of the pictures. It begins with the theme that the page has and leaves it in the
   * last, since each change draws everything anew.
   */
  async accessFaults(
    name: string,
    inThemes: readonly Theme[] = usualThemes,
  ): Promise<readonly AccessFault[]> {
    const faults: AccessFault[] = []
    const [first, ...further] = inThemes.toSorted(
      (a, b) => Number(b === this.#theme) - Number(a === this.#theme),
    )
    for (const theme of first === undefined ? [] : [first, ...further]) {
      await this.#wear(theme)
      await this.#again(() => this.page.evaluate(TRANSITIONS_OVER))
      faults.push(...(await this.#runAxe(theme, theme === first ? 'all' : 'colours')))
      await this.#picture(`${name}-${theme}`)
    }
    return faults
  }

  async #wear(theme: Theme): Promise<void> {
    if (theme === this.#theme) return
    await this.page.emulateMedia({ colorScheme: theme })
    await this.page.locator(`html[data-theme=${theme}]`).waitFor()
    this.#theme = theme
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

  #runAxe(theme: Theme, rules: RuleSet): Promise<readonly AccessFault[]> {
    return this.#again(() => findFaults(this.page, theme, rules))
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
