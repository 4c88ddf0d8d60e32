// Names of files as text. Linux takes any bytes but `/` and zero; JSON and addresses carry text. A byte that is not
// part of valid UTF-8 is written as U+EF00 plus the byte (OPTU-8's private range, U+EF80 to U+EFFF), and so are the
// bytes of a name that uses that range itself: every name has one text, and every text one name.

import { isUtf8 } from 'node:buffer'

const ESCAPE_BASE = 0xef00
const ESCAPED = /[\uef80-\uefff]/
const MAX_SEQUENCE_BYTES = 4

export function nameToText(name: Buffer): string {
  const text = name.toString('utf8')
  if (isUtf8(name) && !ESCAPED.test(text)) return text
  let out = ''
  for (let at = 0; at < name.length; ) {
    const character = characterAt(name, at)
    out += character ?? String.fromCharCode(ESCAPE_BASE + (name[at] ?? 0))
    at += character === undefined ? 1 : Buffer.byteLength(character)
  }
  return out
}

/** What Node's file functions take for a path: text where that is exact, else bytes. */
export function onDisk(path: string): string | Buffer {
  return ESCAPED.test(path) ? textToBytes(path) : path
}

export function textToBytes(text: string): Buffer {
  if (!ESCAPED.test(text)) return Buffer.from(text)
  const parts = text.split(/([\uef80-\uefff])/)
  return Buffer.concat(
    parts.map((part) =>
      ESCAPED.test(part) ? Buffer.of(part.charCodeAt(0) - ESCAPE_BASE) : Buffer.from(part),
    ),
  )
}

/** The character that begins there; undefined where none does, or one that means a byte. */
function characterAt(name: Buffer, at: number): string | undefined {
  for (let bytes = 1; bytes <= MAX_SEQUENCE_BYTES && at + bytes <= name.length; bytes++) {
    const piece = name.subarray(at, at + bytes)
    if (!isUtf8(piece)) continue
    const character = piece.toString('utf8')
    return ESCAPED.test(character) ? undefined : character
  }
  return undefined
}
