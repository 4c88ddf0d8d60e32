// The status line and headers of a response, taken apart. Pure. What two readers could understand differently is
// refused: that is how one person's answer gets into another's connection.

import { SkeinError } from '#protocol/errors.ts'

export interface Head {
  readonly status: number
  readonly reason: string
  /** Names and values in turn, as they came. */
  readonly headers: readonly string[]
  readonly chunked: boolean
  /** Of the body, bytes; undefined without a Content-Length. */
  readonly length: number | undefined
  readonly keepAlive: boolean
  /** How long the app says it keeps the connection, milliseconds. */
  readonly keepAliveMs: number | undefined
}

/** No app of sense sends more; each is one string here. */
const MAX_HEADERS = 500
const STATUS = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: ([\t\x20-\x7e\x80-\xff]*))?$/
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be in a header.
const BAD_VALUE = /[\x00-\x08\x0a-\x1f\x7f]/
const LENGTH = /^\d{1,15}$/

interface Facts {
  chunked: boolean
  length: number | undefined
  close: boolean
  keep: boolean
  keepAliveMs: number | undefined
}

/** `text` is everything before the empty line, in latin1. Throws `app_answer_invalid`. */
export function parseHead(text: string): Head {
  const lines = text.split('\r\n')
  const [, minor, status, reason = ''] = STATUS.exec(lines[0] ?? '') ?? []
  if (status === undefined) throw bad('its first line is no status line')
  if (lines.length > MAX_HEADERS) throw bad(`it has more than ${MAX_HEADERS} headers`)
  const facts: Facts = {
    chunked: false,
    length: undefined,
    close: false,
    keep: false,
    keepAliveMs: undefined,
  }
  const headers = parseFields(lines, 1, (name, value) => note(facts, name, value))
  if (facts.chunked && facts.length !== undefined) throw bad('it gives its length in two ways')
  const { chunked, length, close, keep, keepAliveMs } = facts
  const keepAlive = !close && (minor === '1' || keep)
  return { status: Number(status), reason, headers, chunked, length, keepAlive, keepAliveMs }
}

/** Header lines from `from` on, names and values in turn. Throws `app_answer_invalid`. */
export function parseFields(
  lines: readonly string[],
  from: number,
  each?: (name: string, value: string) => void,
): string[] {
  const fields: string[] = []
  for (let i = from; i < lines.length; i++) {
    const line = lines[i] ?? ''
    const colon = line.indexOf(':')
    const name = line.slice(0, Math.max(0, colon))
    // A line that begins with a space continues the last one (obs-fold), and not every reader knows that.
    if (!NAME.test(name)) throw bad('a header has no proper name')
    const value = line.slice(colon + 1).trim()
    if (BAD_VALUE.test(value)) throw bad('a header has control characters')
    fields.push(name, value)
    each?.(name, value)
  }
  return fields
}

function note(facts: Facts, name: string, value: string): void {
  // By length first: this runs for every header of every answer.
  switch (name.length) {
    case 10:
      if (name.toLowerCase() === 'connection') noteConnection(facts, value.toLowerCase())
      else if (name.toLowerCase() === 'keep-alive') {
        const seconds = /(?:^|[,\s])timeout=(\d{1,6})/i.exec(value)?.[1]
        if (seconds !== undefined) facts.keepAliveMs = Number(seconds) * 1000
      }
      break
    case 14:
      if (name.toLowerCase() === 'content-length') noteLength(facts, value)
      break
    case 17:
      if (name.toLowerCase() === 'transfer-encoding') {
        if (facts.chunked || value.toLowerCase() !== 'chunked')
          throw bad('its coding is not chunked')
        facts.chunked = true
      }
      break
  }
}

function noteConnection(facts: Facts, value: string): void {
  const words = value.split(',').map((word) => word.trim())
  if (words.includes('close')) facts.close = true
  if (words.includes('keep-alive')) facts.keep = true
}

function noteLength(facts: Facts, value: string): void {
  if (!LENGTH.test(value) || (facts.length !== undefined && facts.length !== Number(value))) {
    throw bad('its length is not one number')
  }
  facts.length = Number(value)
}

const bad = (reason: string): SkeinError => new SkeinError('app_answer_invalid', { reason })
