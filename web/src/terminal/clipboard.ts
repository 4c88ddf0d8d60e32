// OSC 52: a program in the space writes to the clipboard, where its reader allowed that. Reading is never allowed.

import type { IDisposable, IParser } from '@xterm/xterm'

/** The longest text taken, characters of base64; tmux sends at most 100 kB. */
const MAX_BASE64_CHARS = 1_000_000

/** The text that the sequence's data carries; undefined where it asks to read or carries none. */
export function osc52Text(data: string): string | undefined {
  const base64 = data.slice(data.indexOf(';') + 1)
  if (base64 === '' || base64 === '?' || base64.length > MAX_BASE64_CHARS) return undefined
  try {
    const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))
    return new TextDecoder().decode(bytes)
  } catch {
    return undefined
  }
}

export function allowWriting(
  parser: IParser,
  allowed: () => boolean,
  write: (text: string) => void,
): IDisposable {
  return parser.registerOscHandler(52, (data) => {
    const text = osc52Text(data)
    if (text !== undefined && allowed()) write(text)
    return true
  })
}
