import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { amount } from '../../tests/support/amount.ts'
import { plainTail } from './plain.ts'
import { Screen } from './screen.ts'
import { pictureOf } from './testing/picture.ts'
import { anyOutput } from './testing/sequences.ts'
import { type Emulator, loadXterm } from './xterm.ts'

const RUNS = amount({ usual: 400, whole: 1500 })

const make = await loadXterm()
const bytesOf = (text: string) => new TextEncoder().encode(text)

function openScreen(): { screen: Screen; emulator: Emulator } {
  const made: Emulator[] = []
  const keep = (...size: Parameters<typeof make>) => {
    const emulator = make(...size)
    made.push(emulator)
    return emulator
  }
  const screen = new Screen(keep, { cols: 12, rows: 5, scrollbackLines: 6, onAnswer: () => {} })
  screen.write(new Uint8Array(0))
  const [emulator] = made
  assert.ok(emulator)
  return { screen, emulator }
}

const line = fc.constantFrom(
  'y',
  '',
  'words and more words that wrap',
  'tab\there',
  '水 é 😀',
  'a\rb',
  'z'.repeat(40),
  '\x07',
)

test('a flood of plain text of which most is left out draws the same screen, whatever was there before', () => {
  let skipped = 0
  fc.assert(
    fc.property(anyOutput, fc.array(line, { minLength: 18, maxLength: 60 }), (before, lines) => {
      const flood = bytesOf(`${lines.join('\r\n')}\r\nend`)
      const whole = openScreen()
      const short = openScreen()
      for (const { screen } of [whole, short]) screen.write(before)
      whole.screen.write(flood)
      const skip = short.screen.skippable(flood)
      if (skip) skipped += 1
      short.screen.write(flood.subarray(0, skip?.from ?? 0))
      short.screen.write(flood.subarray(skip?.to ?? 0))
      assert.equal(pictureOf(short.emulator), pictureOf(whole.emulator))
    }),
    { numRuns: RUNS, seed: 7534 },
  )
  assert.ok(skipped > (RUNS * 200) / 1500, `${skipped} floods were shortened`)
})

test('text is plain only while nothing in it moves the cursor up or changes a mode', () => {
  const lines = 'line\r\n'.repeat(20)
  assert.deepEqual(plainTail(bytesOf(lines), 3), { from: 6, to: 6 * 17 })
  for (const odd of ['\x1b[m', '\b', '\x0e', '\x7f', '\u009b1m', '\x18']) {
    assert.equal(plainTail(bytesOf(`${lines}${odd}${lines}`), 3), undefined, JSON.stringify(odd))
  }
  assert.equal(plainTail(bytesOf('line\n'.repeat(20)), 3), undefined)
  assert.equal(plainTail(bytesOf(lines), 30), undefined)
})

test('any byte that is not plain is found wherever it stands, and no plain one is taken for it', () => {
  const lines = 'abcdefg\r\n'.repeat(20)
  for (let byte = 0; byte < 256; byte++) {
    const isPlain = [0x07, 0x09, 0x0a, 0x0d].includes(byte) || (byte >= 0x20 && byte !== 0x7f)
    for (let at = 18; at < 26; at++) {
      // Each at another distance from where four bytes begin.
      const bytes = Buffer.from(new ArrayBuffer(200), at % 4, lines.length).fill(lines)
      bytes[at] = byte
      const isFound = plainTail(bytes, 3) !== undefined
      // C2 begins a C1 control unless what follows says otherwise: a letter does not.
      assert.equal(isFound, isPlain && byte !== 0xc2, `${byte} at ${at}`)
    }
  }
})
