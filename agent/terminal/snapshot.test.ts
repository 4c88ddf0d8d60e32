import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { MAX_NUMBERED_BODY_BYTES } from '#protocol/numbered/frames.ts'
import { amount } from '../../tests/support/amount.ts'
import { MAX_PENDING_BYTES } from './pending.ts'
import { snapshotOf } from './snapshot.ts'
import { pictureOf } from './testing/picture.ts'
import { anyOutput } from './testing/sequences.ts'
import { COLS, ROWS, SESSIONS } from './testing/sessions.ts'
import { type Emulator, loadXterm } from './xterm.ts'

const make = await loadXterm()
const SCROLLBACK = 200
const SHORT_STRIDE = amount({ usual: 7, whole: 1 })
const LONG_STRIDE = amount({ usual: 61, whole: 13 })
const RUNS = amount({ usual: 250, whole: 1500 })

const draw = (screen: Emulator, bytes: Uint8Array) => screen.core._inputHandler.parse(bytes)

function copyOf(screen: Emulator, before: Uint8Array, scrollback = SCROLLBACK): Emulator {
  const copy = make(screen.core.cols, screen.core.rows, scrollback)
  draw(copy, snapshotOf(screen, before.subarray(-MAX_PENDING_BYTES)))
  return copy
}

for (const file of readdirSync(SESSIONS)) {
  const bytes = new Uint8Array(readFileSync(new URL(file, SESSIONS)))
  // Every offset of a short session, or some; of a long one a stride that no sequence has. From another start each time.
  const stride = bytes.length < 3000 ? SHORT_STRIDE : LONG_STRIDE
  const first = Date.now() % stride

  test(`a snapshot of ${file} and the rest show what the whole shows (offsets from ${first})`, () => {
    const whole = make(COLS, ROWS, SCROLLBACK)
    draw(whole, bytes)
    const end = pictureOf(whole)
    const screen = make(COLS, ROWS, SCROLLBACK)
    let drawn = 0
    for (let at = first; at <= bytes.length; at += stride) {
      draw(screen, bytes.subarray(drawn, at))
      drawn = at
      const copy = copyOf(screen, bytes.subarray(0, at))
      assert.equal(pictureOf(copy), pictureOf(screen), `at ${at}`)
      if ((at - first) % (stride * 30) === 0) {
        draw(copy, bytes.subarray(at))
        assert.equal(pictureOf(copy), end, `from ${at} to the end`)
      }
      copy.dispose()
    }
  })
}

test('a snapshot of any output shows the same, with all modes', () => {
  fc.assert(
    fc.property(anyOutput, (bytes) => {
      const screen = make(12, 5, 6)
      draw(screen, bytes)
      assert.equal(pictureOf(copyOf(screen, bytes, 6)), pictureOf(screen))
    }),
    { numRuns: RUNS, seed: 7534 },
  )
})

test('drawing a snapshot makes the terminal answer nothing', () => {
  const screen = make(80, 24, SCROLLBACK)
  const bytes = new TextEncoder().encode(
    '\x1b[c\x1b[6n\x1b]11;?\x07\x1b[?2026$p\x1bP$qm\x1b\\\x1b[5n\x1b[6',
  )
  draw(screen, bytes)
  const copy = make(80, 24, SCROLLBACK)
  const answers: string[] = []
  copy.onAnswer((text) => answers.push(text))
  draw(copy, snapshotOf(screen, bytes))
  assert.deepEqual(answers, [])
  draw(copy, new TextEncoder().encode('n'))
  assert.equal(answers.length, 1)
})

test('a string longer than what is looked back for does not end up on the screen', () => {
  const screen = make(80, 24, SCROLLBACK)
  const bytes = new TextEncoder().encode(`$ \x1bP1$q${'x'.repeat(MAX_PENDING_BYTES)}`)
  draw(screen, bytes)
  const copy = copyOf(screen, bytes)
  draw(copy, new TextEncoder().encode('more\x1b\\done'))
  assert.equal(copy.core.buffers.active.x, 6)
})

test('a screen that is too colourful for a frame is drawn without what does not fit', () => {
  const colourful = (cols: number, rows: number, lines: number) => {
    const screen = make(cols, rows, 1000)
    const cell = (n: number) => `\x1b[38;2;${n % 256};${n % 251};9;48;2;9;${n % 256};${n % 13}m#`
    const line = Array.from({ length: cols }, (_, n) => cell(n)).join('')
    const bytes = new TextEncoder().encode(line)
    for (let n = 0; n < lines; n++) draw(screen, bytes)
    return snapshotOf(screen, new Uint8Array(0))
  }
  const large = colourful(300, 250, 500)
  assert.ok(large.length < MAX_NUMBERED_BODY_BYTES && large.length > 1_000_000)
  const blank = colourful(600, 250, 250)
  assert.ok(blank.length < 1000)
})
