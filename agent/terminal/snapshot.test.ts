import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { MAX_PENDING_BYTES } from './pending.ts'
import { snapshotOf } from './snapshot.ts'
import { pictureOf } from './testing/picture.ts'
import { anyOutput } from './testing/sequences.ts'
import { COLS, ROWS, SESSIONS } from './testing/sessions.ts'
import { type Emulator, loadXterm } from './xterm.ts'

const make = await loadXterm()
const SCROLLBACK = 200

const draw = (screen: Emulator, bytes: Uint8Array) => screen.core._inputHandler.parse(bytes)

function copyOf(screen: Emulator, before: Uint8Array, scrollback = SCROLLBACK): Emulator {
  const copy = make(screen.core.cols, screen.core.rows, scrollback)
  draw(copy, snapshotOf(screen, before.subarray(-MAX_PENDING_BYTES)))
  return copy
}

for (const file of readdirSync(SESSIONS)) {
  const bytes = new Uint8Array(readFileSync(new URL(file, SESSIONS)))
  // Every offset of a short session; of a long one a stride that no sequence has, from another start each time.
  const stride = bytes.length < 3000 ? 1 : 13
  const first = stride === 1 ? 0 : Date.now() % stride

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
      if (at % 97 === 0) {
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
    { numRuns: 1500, seed: 7534 },
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
