// Random terminal output, made of the sequences that programs use, well formed and not.

import fc from 'fast-check'

const FINALS = 'A B C D E F G H J K L M P S T X @ d b I Z r g s u a e'.split(' ')
const MODES =
  '4 20 ?1 ?6 ?25 ?45 ?1047 ?1048 ?1049 ?1000 ?1002 ?1003 ?1006 ?1016 ?1004 ?2004 ?2026 ?66 ?12 ?9'
const COLOURS = '27 31 42 95 103 38;5;3 48;5;200 38;2;1;2;3 48:2::9:8:7 59 39 49'
const FLAGS = '0 1 2 3 4 5 7 8 9 21 22 24 53 4:3;58:5:9'
const SHIFTS = '\x1b7 \x1b8 \x1b(0 \x1b(B \x1b)0 \x0e \x0f \x1bD \x1bM \x1bE \x1bH'
const RESETS = '\x1bc \x1b[!p \x1b= \x1b> \x1b[1"q \x1b[0"q \x1b[?J \x1b[3J'
const STRINGS = '\x1b]2;ti\x07 \x1b]0;a\nb\x1b\\ \x1b_apc\x1b\\ \u009b31m \u009d2;c1\u009c'
const UNFINISHED = '\x1b[3\n1m|\x1b[|\x1b|\x1b]2;un|\x1bP1;2|\x1b[?|\x1b[1 |\x1b[5 q'
const TEXT = 'hello|x|水|é|e\u0301|😀|\t|\r\n|\n|\b|long text that wraps'

const number = fc.integer({ min: 0, max: 14 })
const pick = (words: string, separator = ' ') => fc.constantFrom(...words.split(separator))

const moves = fc
  .tuple(fc.constantFrom(...FINALS), number, number)
  .map(([final, a, b]) => `\x1b[${a};${b}${final}`)
const modes = fc.tuple(pick(MODES), pick('h l')).map(([mode, final]) => `\x1b[${mode}${final}`)
const styles = pick(`${COLOURS} ${FLAGS}`).map((codes) => `\x1b[${codes}m`)

const pieces = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: pick(TEXT, '|') },
    { weight: 8, arbitrary: moves },
    { weight: 2, arbitrary: modes },
    { weight: 4, arbitrary: styles },
    { weight: 2, arbitrary: pick(`${SHIFTS} ${RESETS}`) },
    { weight: 1, arbitrary: pick(STRINGS) },
    { weight: 1, arbitrary: pick(UNFINISHED, '|') },
  ),
  { maxLength: 40 },
)

/** Output as bytes, cut somewhere near its end. */
export const anyOutput: fc.Arbitrary<Uint8Array> = fc
  .tuple(pieces, fc.nat({ max: 8 }))
  .map(([output, cut]) => {
    const bytes = new TextEncoder().encode(output.join(''))
    return bytes.subarray(0, Math.max(0, bytes.length - cut))
  })
