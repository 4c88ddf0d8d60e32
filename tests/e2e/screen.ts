// The terminal of a page as its reader sees it: lines of text, a state beside its tabs, and keys.

import type { Locator, Page } from 'playwright-core'
import { eventually } from '../support/eventually.ts'

/** How long a space may take to start, ms: the first one after an agent was packed copies that agent first. */
const START_MS = 40_000

export class TerminalScreen {
  readonly #page: Page
  readonly #section: Locator
  readonly #keys: Locator

  constructor(page: Page, name = 'main') {
    this.#page = page
    this.#section = page.getByRole('region', { name: `Terminal ${name}`, exact: true })
    this.#keys = this.#section.getByRole('textbox', { name: 'Terminal input' })
  }

  /** Resolves when keys will reach the shell. */
  async connected(): Promise<void> {
    await this.state(/^(Connected|echo)/).waitFor({ timeout: START_MS })
    await this.#section.waitFor()
  }

  /** How well it is connected, as it is told beside the tabs. */
  state(text: RegExp): Locator {
    return this.#page.getByRole('status').filter({ hasText: text })
  }

  async type(text: string): Promise<void> {
    await this.#keys.pressSequentially(text)
  }

  async enter(line: string): Promise<void> {
    await this.type(line)
    await this.press('Enter')
  }

  async press(key: string): Promise<void> {
    await this.#keys.press(key)
  }

  /** The visible lines, without the empty ones below the last. */
  async lines(): Promise<readonly string[]> {
    const rows = await this.#section.locator('.xterm-rows > div').allTextContents()
    const lines = rows.map((row) => row.replaceAll('\u00a0', ' ').trimEnd())
    while (lines.at(-1) === '') lines.pop()
    return lines
  }

  async shows(pattern: RegExp, timeoutMs = 20_000): Promise<RegExpExecArray> {
    let last = ''
    return await eventually(
      async () => {
        last = (await this.lines()).join('\n')
        return pattern.exec(last) ?? undefined
      },
      { timeoutMs, what: `${pattern} on the screen` },
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}; it shows:\n${last}`)
    })
  }

  /** Resolves when it shows exactly these lines. */
  async showsLines(lines: readonly string[]): Promise<void> {
    await eventually(async () => (await this.lines()).join('\n') === lines.join('\n'), {
      timeoutMs: 10_000,
      what: `exactly ${lines.join('\n')}`,
    })
  }

  /** Asks the shell for its process id. The marks keep the question apart from its answer. */
  async shellPid(): Promise<string> {
    await this.enter('clear; echo shell-[$$]')
    return (await this.shows(/^shell-\[(\d+)\]$/m))[1] ?? ''
  }
}
