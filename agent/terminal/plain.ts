// A flood of plain text scrolls away almost everything that it draws, so drawing all of it is wasted: of 512 kB of
// `yes` the screen and its scrollback keep 3 kB. Text is plain when nothing in it changes a mode or an attribute, or
// moves the cursor up: then only its last lines decide what is left.

const TAB = 0x09
const LINE_FEED = 0x0a
const RETURN = 0x0d
const BELL = 0x07
const SPACE = 0x20
const DELETE = 0x7f
/** UTF-8's first byte of the C1 controls, and their second bytes' end. */
const C1_LEAD = 0xc2
const C1_END = 0xa0
const WORD_BYTES = 4

/** 1 for bytes that are plain wherever they stand. */
const PLAIN = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte === C1_LEAD || byte === DELETE) return 0
  if (byte >= SPACE) return 1
  return byte === TAB || byte === LINE_FEED || byte === RETURN || byte === BELL ? 1 : 0
})

/**
 * What may be left out of `bytes`: from after its first line to before its last `lines` ones. Undefined when any
 * byte is not plain, or when there is nothing between. Both ends are just after CR LF, where the cursor's column is 0.
 */
export function plainTail(
  bytes: Uint8Array,
  lines: number,
): { from: number; to: number } | undefined {
  const to = lastLines(bytes, lines)
  const from = lineEnd(bytes, 0)
  if (to === undefined || from === undefined || from >= to) return undefined
  return isPlain(bytes) ? { from, to } : undefined
}

/** Every output passes here, so four bytes at once: 0.4 ns a byte in place of 1.8. */
function isPlain(bytes: Uint8Array): boolean {
  const { buffer, byteOffset, length } = bytes
  const from = Math.min(length, -byteOffset & (WORD_BYTES - 1))
  const words = new Int32Array(buffer, byteOffset + from, (length - from) >> 2)
  const to = from + words.length * WORD_BYTES
  if (!arePlain(bytes, 0, from) || !arePlain(bytes, to, length)) return false
  for (let index = 0; index < words.length; index++) {
    const at = from + index * WORD_BYTES
    if (!areLetters(words[index] ?? 0) && !arePlain(bytes, at, at + WORD_BYTES)) return false
  }
  return true
}

/**
 * All four bytes are from SPACE to below DELETE: taking SPACE from a smaller one, or adding 1 to a larger one, sets its
 * highest bit. What is carried to a neighbour can only make a letter look like none.
 */
const areLetters = (word: number): boolean =>
  (((word - 0x20202020) | (word + 0x01010101) | word) & 0x80808080) === 0

function arePlain(bytes: Uint8Array, from: number, to: number): boolean {
  for (let index = from; index < to; index++) {
    const byte = bytes[index] ?? 0
    if (PLAIN[byte] === 1) continue
    if (byte !== C1_LEAD || (bytes[index + 1] ?? 0) < C1_END) return false
  }
  return true
}

/** The index after the first CR LF at or after `from`. Looked for by its CR: of a raw terminal's output no line has one. */
function lineEnd(bytes: Uint8Array, from: number): number | undefined {
  let at = bytes.indexOf(RETURN, from)
  while (at >= 0 && bytes[at + 1] !== LINE_FEED) at = bytes.indexOf(RETURN, at + 1)
  return at < 0 ? undefined : at + 2
}

/** The index after a CR LF that `lines` or more line feeds follow. */
function lastLines(bytes: Uint8Array, lines: number): number | undefined {
  let at = bytes.length
  for (let left = lines; left >= 0; left--) {
    at = bytes.lastIndexOf(LINE_FEED, at - 1)
    if (at <= 0) return undefined
  }
  do at = bytes.lastIndexOf(RETURN, at - 1)
  while (at > 0 && bytes[at + 1] !== LINE_FEED)
  return at <= 0 ? undefined : at + 2
}
