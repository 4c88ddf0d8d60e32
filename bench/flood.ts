// How fast a terminal carries text that a build log could be: from the first byte to the last, as the client hears it.

import type { Echoing } from './echo.ts'

const LINES = 1_200_000
const FILE = '/tmp/skein-flood.txt'
const MAKE = `seq -f 'line %.0f of some ordinary text, about seventy columns wide, like a log' 1 ${LINES} > ${FILE}`

/** What is kept of the output while a pattern is awaited, characters. */
const TAIL_CHARS = 200

/** Types and resolves when the end of the output matches. */
export async function heard(terminal: Echoing, text: string, pattern: RegExp): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  let tail = ''
  terminal.onOutput = (bytes) => {
    tail = (tail + Buffer.from(bytes).toString('latin1')).slice(-TAIL_CHARS)
    if (pattern.test(tail)) resolve()
  }
  terminal.type(text)
  await promise
  terminal.onOutput = undefined
}

/** Types a command; resolves when it has printed `marker`. */
export function say(terminal: Echoing, command: string, marker: string): Promise<void> {
  return heard(terminal, `${command}\n`, new RegExp(marker))
}

/** A command that prints `marker` without its own echo containing it. */
export const marked = (command: string, marker: string): string =>
  `${command}; echo ${marker.slice(0, 2)}''${marker.slice(2)}`

export async function prepareFlood(terminal: Echoing): Promise<void> {
  await say(terminal, marked(MAKE, 'ready'), 'ready')
}

/** MB/s of one `cat`. */
export async function flood(terminal: Echoing): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<void>()
  let bytes = 0
  let began = 0
  let ended = 0
  terminal.onOutput = (chunk) => {
    if (began === 0) began = performance.now()
    bytes += chunk.length
    if (Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).includes('flooded')) {
      ended = performance.now()
      resolve()
    }
  }
  terminal.type(`${marked(`cat ${FILE}`, 'flooded')}\n`)
  await promise
  terminal.onOutput = undefined
  return bytes / 1e3 / (ended - began)
}

/** Floods until the returned function is called. */
export function floodOn(terminal: Echoing): () => void {
  terminal.type(`while :; do cat ${FILE}; done\n`)
  return () => terminal.type('\x03')
}
