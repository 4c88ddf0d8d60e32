// A person who has a keyboard and no pointer. Wherever their keys lead, the focus must be seen, and it must be found again
// after what had it went away.

import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { eventually } from '../support/eventually.ts'

/** As often as a person presses Tab before they give up. */
const MAX_TABS = 60
/** Frames after which a ring that is not there will not come. */
const MAX_LOOKS = 60
/** How long anything may take to answer a key on a busy machine, ms. */
const PATIENCE_MS = 15_000

/** What has the focus, as the person is told and shown it. */
interface Focused {
  readonly name: string
  readonly role: string
  /** Why nobody would see it; empty where it is seen. */
  readonly unseen: string
}

/**
 * Seen is a ring around it or around what it is in (a hidden radio button’s label, what a switch is drawn as), the cursor of an editor or a terminal, or
 * the row that a grid says is current. It must also be in sight.
 */
const FOCUSED = `(() => {
  const it = document.activeElement
  if (!it || it === document.body) return { name: '', role: 'body', unseen: 'nothing has the focus' }
  const labelled = (it.getAttribute('aria-labelledby') ?? '').split(' ').map((id) => document.getElementById(id)?.textContent ?? '').join(' ').trim()
  const name = (it.getAttribute('aria-label') || labelled || it.labels?.[0]?.innerText || it.innerText || it.getAttribute('title') || '').replace(/\\s+/g, ' ').trim()
  const role = it.getAttribute('role') ?? ({ INPUT: it.type, A: 'link' }[it.tagName] ?? it.tagName.toLowerCase())
  const outlined = (one) => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(one)
    return (outlineStyle !== 'none' && Number.parseFloat(outlineWidth) > 0) || /0px 0px 0px [1-9]/.test(boxShadow)
  }
  const drawn = it.matches('[type=checkbox]') ? it.nextElementSibling : null
  const around = [it, drawn, it.parentElement, it.parentElement?.parentElement]
  const current = it.getAttribute('aria-activedescendant')
  const cursor = it.closest('.xterm.focus, .cm-focused') ?? (current && document.getElementById(current))
  const ringed = around.some((one) => one && outlined(one))
  const typed = it.matches('input[role=combobox], [data-highlighted]')
  if (!ringed && !cursor && !typed) return { name, role, unseen: 'it has no ring' }
  const box = (cursor ?? around.find((one) => one && outlined(one)) ?? it).getBoundingClientRect()
  const inSight = box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth
  return { name, role, unseen: inSight ? '' : 'it is out of sight' }
})()`

export class Hands {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key)
  }

  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text)
  }

  /** In place of what a field holds. */
  async fill(text: string): Promise<void> {
    await this.press('Control+a')
    await this.type(text)
  }

  /** Goes on by Tab until it is at what is called so; everything on the way must be seen too. */
  async to(name: RegExp | string, role?: string): Promise<void> {
    await this.#walk('Tab', name, role)
  }

  async backTo(name: RegExp | string, role?: string): Promise<void> {
    await this.#walk('Shift+Tab', name, role)
  }

  /** Resolves when the focus is there by itself. */
  async isAt(name: RegExp | string, role?: string): Promise<void> {
    let at: Focused | undefined
    await eventually(
      async () => {
        at = await this.focused()
        return fits(at, name, role) && at.unseen === ''
      },
      { timeoutMs: PATIENCE_MS, what: `the focus at ${role ?? ''} ${name}` },
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}; it is at ${JSON.stringify(at)}`)
    })
  }

  /** Goes to it and presses it. */
  async use(name: RegExp | string, role?: string): Promise<void> {
    await this.to(name, role)
    await this.press('Enter')
  }

  /** Opens the menu of the button that has the focus, and takes one of its entries. */
  async choose(entry: string): Promise<void> {
    await this.press('Enter')
    await this.isAt(/./, 'menuitem')
    for (let at = await this.focused(); at.name !== entry; at = await this.focused()) {
      await this.press('ArrowDown')
      const { name } = at
      await eventually(async () => (await this.focused()).name !== name, {
        timeoutMs: PATIENCE_MS,
        what: `an entry below ${name}`,
      })
    }
    await this.isAt(entry, 'menuitem')
    await this.press('Enter')
  }

  async focused(): Promise<Focused> {
    return await this.page.evaluate<Focused>(FOCUSED)
  }

  /** Waits for words that a person would wait for. */
  async sees(text: string | RegExp, timeoutMs = PATIENCE_MS): Promise<void> {
    await this.page
      .getByText(text)
      .filter({ visible: true })
      .first()
      .waitFor({ timeout: timeoutMs })
  }

  /** An editor says a moment later that it has the focus. */
  async #settled(): Promise<Focused> {
    let at = await this.focused()
    for (let i = 0; i < MAX_LOOKS && at.role !== 'body' && at.unseen !== ''; i++) {
      await this.page.evaluate('new Promise(requestAnimationFrame)')
      at = await this.focused()
    }
    return at
  }

  async #walk(key: string, name: RegExp | string, role: string | undefined): Promise<void> {
    const passed: string[] = []
    for (let i = 0; i < MAX_TABS; i++) {
      await this.press(key)
      const at = await this.#settled()
      passed.push(`${at.role} ${at.name.slice(0, 40)}`)
      // Behind the last thing of a page is the browser itself.
      if (at.role === 'body') continue
      assert.equal(at.unseen, '', `${passed.join(' → ')}`)
      if (fits(at, name, role)) return
    }
    assert.fail(`${name} was not reached: ${passed.join(' → ')}`)
  }
}

const fits = (at: Focused, name: RegExp | string, role: string | undefined): boolean =>
  (role === undefined || at.role === role) &&
  (typeof name === 'string' ? at.name === name : name.test(at.name))
