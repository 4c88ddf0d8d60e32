// Random terminal output, made of the sequences that programs use, well formed and not.

import fc from 'fast-check'

const number = fc.integer({ min: 0, max: 14 })
const finals = [...'ABCDEFGHJKLMPSTX@dbIZrgsuae']
const modes =
  '4 20 ?1 ?6 ?25 ?45 ?1047 ?1048 ?1049 ?1000 ?1002 ?1003 ?1006 ?1016 ?1004 ?2004 ?2026 ?66 ?12 ?9'
const styles =
  '0 1 2 3 4 5 7 8 9 21 22 24 27 31 42 95 103 38;5;3 48;5;200 38;2;1;2;3 48:2::9:8:7 4:3;58:5:9 59 53 39 49'

const text = fc.constantFrom(
  'hello',
  'x',
  '水',
  'é',
  'e\u0301',
  '😀',
  '\t',
  '\r\n',
  '\n',
  '\b',
  'long text that wraps',
)
const cursor = fc
  .tuple(fc.constantFrom(...finals), number, number)
  .map(([f, a, b]) => `\x1b[${a};${b}${f}`)
const mode = fc
  .tuple(fc.constantFrom(...modes.split(' ')), fc.constantFrom('h', 'l'))
  .map(([which, final]) => `\x1b[${which}${final}`)
const style = fc.constantFrom(...styles.split(' ')).map((codes) => `\x1b[${codes}m`)
const special = fc.constantFrom(
  ...[
    '\x1b7',
    '\x1b8',
    '\x1b(0',
    '\x1b(B',
    '\x1b)0',
    '\x0e',
    '\x0f',
    '\x1bD',
    '\x1bM',
    '\x1bE',
    '\x1bH',
  ],
  ...[
    '\x1bc',
    '\x1b[!p',
    '\x1b=',
    '\x1b>',
    '\x1b[1"q',
    '\x1b[0"q',
    '\x1b[?J',
    '\x1b[3J',
    '\x1b[5 q',
  ],
)
const strings = fc.constantFrom(
  ...[
    '\x1b]2;ti\x07',
    '\x1b]0;a\nb\x1b\\',
    '\x1b_apc\x1b\\',
    '\u009b31m',
    '\u009d2;c1\u009c',
    '\x1b[3\n1m',
  ],
  ...['\x1b[', '\x1b', '\x1b]2;un', '\x1bP1;2', '\x1b[?', '\x1b[1 '],
)

/** Output as bytes, cut somewhere near its end. */
export const anyOutput: fc.Arbitrary<Uint8Array> = fc
  .tuple(
    fc.array(
      fc.oneof(
        { weight: 6, arbitrary: text },
        { weight: 8, arbitrary: cursor },
        { weight: 2, arbitrary: mode },
        { weight: 4, arbitrary: style },
        { weight: 2, arbitrary: special },
        { weight: 2, arbitrary: strings },
      ),
      { maxLength: 40 },
    ),
    fc.nat({ max: 8 }),
  )
  .map(([pieces, cut]) => {
    const bytes = new TextEncoder().encode(pieces.join(''))
    return bytes.subarray(0, Math.max(0, bytes.length - cut))
  })
