// What a page costs whoever opens it: bytes, moments, shifts and frames, as Chromium measures them.

import type { CDPSession, Page, Route } from 'playwright-core'
import type { Space } from '#protocol/api/spaces.ts'
import { newId } from '#protocol/ids.ts'

export interface Opening {
  /** Of everything but typefaces, as it came over the wire. */
  readonly bytes: number
  /** From the beginning of the navigation until the rows are there and no long task is under way. */
  readonly interactiveMs: number
  /** What the page's main thread worked for that, which says the same on a busy machine. */
  readonly workMs: number
  /** Cumulative layout shift; 0 is none. */
  readonly shift: number
}

/** Notes while the page opens when rows are first there, when the long tasks ended, and what moved. */
const NOTES = `(() => {
  const notes = { rowsMs: 0, busyUntilMs: 0, shift: 0 }
  globalThis.openingNotes = notes
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) notes.shift += entry.value
  }).observe({ type: 'layout-shift', buffered: true })
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) {
      if (!notes.rowsMs || startTime <= notes.rowsMs) notes.busyUntilMs = startTime + duration
    }
  }).observe({ type: 'longtask', buffered: true })
  new MutationObserver((_, watch) => {
    if (!document.querySelector('a[data-row]')) return
    notes.rowsMs = performance.now()
    watch.disconnect()
  }).observe(document, { childList: true, subtree: true })
})()`

/** Opens the list of spaces as a browser does that has never been here. */
export async function measureOpening(page: Page): Promise<Opening> {
  const devtools = await page.context().newCDPSession(page)
  const typefaces = new Set<string>()
  let bytes = 0
  devtools.on('Network.responseReceived', ({ requestId, type }) => {
    if (type === 'Font') typefaces.add(requestId)
  })
  devtools.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (!typefaces.has(requestId)) bytes += encodedDataLength
  })
  await devtools.send('Network.enable')
  await devtools.send('Network.setCacheDisabled', { cacheDisabled: true })
  await page.addInitScript(NOTES)
  const work = await measureWork(devtools)
  await page.goto('/spaces')
  await page.locator('a[data-row]').first().waitFor()
  const workMs = await work()
  await page.waitForLoadState('networkidle')
  const notes = await page.evaluate<{ rowsMs: number; busyUntilMs: number; shift: number }>(
    'openingNotes',
  )
  await devtools.detach()
  return {
    bytes,
    interactiveMs: Math.max(notes.rowsMs, notes.busyUntilMs),
    shift: notes.shift,
    workMs,
  }
}

/**
 * Presses `j` every 20 ms until a row of the list has the focus, which only a key that was answered gives it, and notes when.
 * Pressed from outside, each key and each look took up to 100 ms of the very thread that is measured.
 */
const PRESSING = `(() => {
  const press = () => dispatchEvent.call(
    document.activeElement ?? document,
    new KeyboardEvent('keydown', { key: 'j', bubbles: true, cancelable: true }),
  )
  const timer = setInterval(press, 20)
  globalThis.answeredMs = new Promise((resolve) => addEventListener('focusin', ({ target }) => {
    if (!target.matches?.('a[data-row]')) return
    clearInterval(timer)
    resolve(performance.now())
  }, true))
})()`

/**
 * Milliseconds from the beginning of the navigation until the page can be used, on a processor so many times slower: until
 * its first rows are drawn and `j`, pressed all the while, is answered by going to the first of them.
 */
export async function measureUsable(page: Page, slowdown: number): Promise<number> {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Network.enable')
  await devtools.send('Network.setCacheDisabled', { cacheDisabled: true })
  await page.goto('about:blank')
  await page.addInitScript(PRESSING)
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: slowdown })
  await page.goto('/spaces', { waitUntil: 'commit' })
  const answeredMs = await page.evaluate<number>('globalThis.answeredMs')
  await devtools.detach()
  return Math.round(answeredMs)
}

/** Answers with the milliseconds of processor that the page's main thread took since. */
async function measureWork(devtools: CDPSession): Promise<() => Promise<number>> {
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' })
  const tasks = async () => {
    const { metrics } = await devtools.send('Performance.getMetrics')
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0) * 1000
  }
  const before = await tasks()
  return async () => (await tasks()) - before
}

/** Makes the list long without a container for each: the server's own space, as often as is asked. */
export async function withManySpaces(page: Page, count: number): Promise<void> {
  await page.route('**/api/v1/spaces', async (route: Route) => {
    if (route.request().method() !== 'GET') return await route.continue()
    const answer = await route.fetch()
    const { spaces } = (await answer.json()) as { spaces: Space[] }
    await route.fulfill({ response: answer, json: { spaces: many(spaces, count) } })
  })
}

function many(spaces: readonly Space[], count: number): Space[] {
  return Array.from({ length: count }, (_, i) => {
    const space = spaces[i % spaces.length] as Space
    const name = `space-${String(i).padStart(4, '0')}`
    const createdAt = new Date(Date.parse(space.createdAt) - i * 60_000).toISOString()
    const { startedAt: _started, ...rest } = space
    return { ...rest, id: newId<'space'>(), name, createdAt }
  })
}

export interface Scrolling {
  /** Pixels that were scrolled. */
  readonly scrolledPx: number
  /** Between two frames, with whatever else the machine does. */
  readonly medianMs: number
  /** What the page's main thread worked for each frame, which says the same on a busy machine. */
  readonly workMs: number
  /** The most rows that were drawn at once. */
  readonly rows: number
}

/** Scrolls the list for so many frames, as fast as a hand on a wheel does. */
export async function measureScrolling(page: Page, frames: number): Promise<Scrolling> {
  const devtools = await page.context().newCDPSession(page)
  const work = await measureWork(devtools)
  const seen = await page.evaluate<Omit<Scrolling, 'workMs'>>(`(async () => {
    const scroller = document.getElementById('content')
    const frame = () => new Promise((then) => requestAnimationFrame(then))
    const spans = []
    let rows = 0
    let before = await frame()
    for (let i = 0; i < ${frames}; i++) {
      scroller.scrollTop += 120
      const now = await frame()
      spans.push(now - before)
      before = now
      rows = Math.max(rows, document.querySelectorAll('a[data-row]').length)
    }
    spans.sort((a, b) => a - b)
    return { scrolledPx: scroller.scrollTop, medianMs: spans[spans.length >> 1], rows }
  })()`)
  const workMs = (await work()) / frames
  await devtools.detach()
  return { ...seen, workMs }
}
