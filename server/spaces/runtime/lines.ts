// Two framings of the engine's streams: JSON by the line (pull, events), and a container's two outputs in one
// stream (logs), each chunk behind eight bytes of header.

import type { Readable } from 'node:stream'

/** The longest line that the engine may send, characters: an event with all labels is below 4,000. */
const MAX_LINE_CHARS = 1024 * 1024

/** Yields each line as JSON; a line that is none is left out. Ends with the stream. */
export async function* jsonLines(stream: Readable): AsyncGenerator<unknown> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of stream) {
    rest += decoder.decode(chunk as Buffer, { stream: true })
    const lines = rest.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) yield* parsed(line)
    if (rest.length > MAX_LINE_CHARS) throw new Error('The engine sent a line without end.')
  }
  yield* parsed(rest)
}

function* parsed(line: string): Generator<unknown> {
  if (line.trim() === '') return
  try {
    yield JSON.parse(line)
  } catch {
    // Half a line at a broken connection's end.
  }
}

/** The text of a log of both outputs: `u8 stream, 3 × 0, u32 length` before each chunk. */
export function demultiplex(log: Buffer): string {
  const parts: Buffer[] = []
  for (let at = 0; at + 8 <= log.length; ) {
    const end = at + 8 + log.readUInt32BE(at + 4)
    parts.push(log.subarray(at + 8, Math.min(end, log.length)))
    at = end
  }
  return Buffer.concat(parts).toString()
}

/** The longest log line that is kept, characters. */
const MAX_LOG_LINE_CHARS = 1000

/** The last lines of a log, without empty ones and without terminal escapes. */
export function lastLines(text: string, count: number): string[] {
  return text
    .split(/\r?\n|\r/)
    .map((line) => stripEscapes(line).slice(0, MAX_LOG_LINE_CHARS))
    .filter((line) => line.trim() !== '')
    .slice(-count)
}

// CSI and OSC sequences, then the control characters that are left; a log is shown in a page, not in a terminal.
const ESCAPES = new RegExp(
  ['\\x1b\\[[0-9;?]*[A-Za-z]', '\\x1b\\][^\\x07]*\\x07', '[\\x00-\\x08\\x0b-\\x1f]'].join('|'),
  'g',
)

const stripEscapes = (line: string): string => line.replace(ESCAPES, '')
