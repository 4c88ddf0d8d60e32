// The bytes that the parser has taken but not acted on: the head of an unfinished sequence or character. A snapshot
// ends with them, so that the bytes that follow complete the same sequence on the viewer's screen.

import { concat } from '#protocol/bytes.ts'
import { type Core, GROUND_STATE } from './xterm.ts'

const ESC = 0x1b
/** UTF-8's first byte of the C1 controls (U+0080 to U+009F). */
const C1_LEAD = 0xc2
/** Second byte of the C1 controls that begin a sequence: DCS, SOS, CSI, OSC, PM, APC. */
const C1_INTRODUCERS = new Set([0x90, 0x98, 0x9b, 0x9d, 0x9e, 0x9f])
/** The same, of those that begin a string, after ESC: P X ] ^ _. */
const ESC_STRINGS = new Set([0x50, 0x58, 0x5d, 0x5e, 0x5f])
const C1_CSI = 0x9b

/** How far back an unfinished sequence is looked for, bytes. Only a string (an image, a clipboard) is longer. */
export const MAX_PENDING_BYTES = 64 * 1024

/** For a string whose beginning is further back: one that xterm ignores when it ends. */
const ANY_STRING = new Uint8Array([ESC, 0x5f])

/** `recent`: the newest bytes that were parsed, up to MAX_PENDING_BYTES of them. */
export function pendingBytes(core: Core, recent: Uint8Array): Uint8Array {
  const { _parser: parser, _utf8Decoder: decoder } = core._inputHandler
  if (parser.currentState === GROUND_STATE) {
    const length = decoder.interim.indexOf(0)
    return decoder.interim.slice(0, length === -1 ? decoder.interim.length : length)
  }
  const start = lastIntroducer(recent)
  if (start === -1) return ANY_STRING
  return withoutExecuted(recent.subarray(start))
}

/** An introducer cancels whatever was unfinished before it, so the last one is where the unfinished sequence begins. */
function lastIntroducer(bytes: Uint8Array): number {
  for (let index = bytes.length - 1; index >= 0; index--) {
    const byte = bytes[index] ?? 0
    if (byte === ESC) return index
    if (C1_INTRODUCERS.has(byte) && bytes[index - 1] === C1_LEAD) return index - 1
  }
  return -1
}

/** Controls inside a sequence (though not inside a string) were acted on at once: they must not be again. */
function withoutExecuted(bytes: Uint8Array): Uint8Array {
  const introducer = bytes[0] === ESC ? 1 : 2
  const isC1String = bytes[0] === C1_LEAD && bytes[1] !== C1_CSI
  if (isC1String) return bytes
  const next = bytes.subarray(introducer).findIndex((byte) => byte >= 0x20)
  if (bytes[0] === ESC && ESC_STRINGS.has(bytes[introducer + next] ?? 0)) {
    return concat(bytes.subarray(0, introducer), bytes.subarray(introducer + next))
  }
  return bytes.filter((byte, index) => index < introducer || byte >= 0x20)
}
