import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { OutRing } from '#protocol/numbered/ring.ts'
import { amount } from '../../tests/support/amount.ts'
import { ScreenReader } from './reader.ts'
import { Screen } from './screen.ts'
import { Sizes } from './sizes.ts'
import { pictureOf } from './testing/picture.ts'
import { anyOutput } from './testing/sequences.ts'
import { type Emulator, loadXterm } from './xterm.ts'

const RUNS = amount({ usual: 200, whole: 500 })

const make = await loadXterm()
const SIZE = { cols: 12, rows: 5 }

class Reading {
  readonly made: Emulator[] = []
  readonly ring = new OutRing(4096)
  readonly reader: ScreenReader

  constructor() {
    const keep = (...size: Parameters<typeof make>) => {
      const emulator = make(...size)
      this.made.push(emulator)
      return emulator
    }
    const screen = new Screen(keep, { ...SIZE, scrollbackLines: 6, onAnswer: () => {} })
    this.reader = new ScreenReader(this.ring, screen, new Sizes(SIZE))
  }

  picture(): string {
    this.reader.parseAll()
    this.reader.snapshot()
    const newest = this.made.at(-1)
    assert.ok(newest)
    return pictureOf(newest)
  }
}

const linesFrom = (first: number, count: number) =>
  Buffer.from(Array.from({ length: count }, (_, n) => `line ${first + n}\r\n`).join(''))

test('a log that nobody looks at wakes no screen, and is there for who looks', () => {
  const reading = new Reading()
  for (let n = 0; n < 1000; n += 20) {
    reading.ring.append(linesFrom(n, 20))
    assert.equal(reading.reader.leap(), true)
    assert.ok(reading.reader.behindBytes < 20 * 11)
  }
  assert.equal(reading.made.length, 0)
  const picture = reading.picture()
  assert.match(picture, /line 999/)
  assert.match(picture, /line 990/)
})

test('what was left out, asleep or awake, makes no difference to the screen, whatever was there before', () => {
  let leaps = 0
  const floods = fc.array(fc.integer({ min: 15, max: 60 }), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(anyOutput, floods, fc.boolean(), (before, counts, sleeps) => {
      const [whole, short] = [new Reading(), new Reading()]
      for (const reading of [whole, short]) {
        reading.ring.append(before)
        reading.reader.parseAll()
      }
      if (sleeps) for (const { reader } of [whole, short]) reader.sleep()
      for (const count of counts) {
        const flood = linesFrom(100, count)
        for (const { ring } of [whole, short]) ring.append(flood)
        if (short.reader.leap()) leaps += 1
        whole.reader.parseAll()
      }
      assert.equal(short.picture(), whole.picture())
    }),
    { numRuns: RUNS, seed: 7534 },
  )
  assert.ok(leaps > RUNS * 0.4, `${leaps} leaps`)
})
