// The server's log: JSON lines for machines, one short readable line each for a person at a terminal. What looks like
// a secret never gets in.

import pino, { type DestinationStream, type Logger } from 'pino'

export type Log = Logger

export const logLevels = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof logLevels)[number]

/** Lines that wait for a reader that does not read (a stopped pager); beyond it they are dropped, not buffered. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024

const SECRETS = ['password', 'token', 'key', 'secret', 'cookie', 'authorization', 'set-cookie']

export interface LogOptions {
  readonly level: LogLevel
  /** Bound to each line, e.g. the instance. */
  readonly name: string
  /** Where lines go; by default the process's stdout. */
  readonly to?: DestinationStream
}

export function createLog({ level, name, to }: LogOptions): Log {
  const paths = SECRETS.flatMap((word) => [`["${word}"]`, `*["${word}"]`, `*.*["${word}"]`])
  const options = { level, base: { name }, redact: { paths, censor: '(hidden)' } }
  return pino(options, to ?? (process.stdout.isTTY ? terminalOutput() : lineOutput()))
}

/** For code that must be given a log and whose words nobody wants, e.g. in tests. */
export function silentLog(): Log {
  return pino({ level: 'silent' })
}

/** Asynchronous, so that a reader who stops reading stops no terminal; pino itself falls silent on a broken pipe. */
function lineOutput(): DestinationStream {
  return pino.destination({ fd: 1, sync: false, maxLength: MAX_WAITING_BYTES })
}

function terminalOutput(): DestinationStream {
  let isGone = false
  // The terminal may be closed while the peer lives on; that must not end it.
  process.stdout.on('error', () => {
    isGone = true
  })
  return {
    write(line) {
      if (!isGone) process.stdout.write(`${readable(line)}\n`)
    },
  }
}

const LEVEL_SIGNS: Readonly<Record<number, string>> = {
  20: '\x1b[2m·\x1b[0m',
  30: '\x1b[32m•\x1b[0m',
  40: '\x1b[33m!\x1b[0m',
  50: '\x1b[31m✗\x1b[0m',
}

/** One JSON line as a person reads it: time, sign, message, then what is left of the fields. */
export function readable(line: string): string {
  const { level, time, msg, err, pid: _pid, hostname: _host, name: _name, ...rest } = parse(line)
  const clock = new Date(Number(time)).toTimeString().slice(0, 8)
  const fields = Object.entries(rest).map(([key, value]) => `${key}=${JSON.stringify(value)}`)
  const tail = fields.length > 0 ? ` \x1b[2m${fields.join(' ')}\x1b[0m` : ''
  const stack = isRecord(err) && typeof err.stack === 'string' ? `\n${err.stack}` : ''
  return `\x1b[2m${clock}\x1b[0m ${LEVEL_SIGNS[Number(level)] ?? '•'} ${typeof msg === 'string' ? msg : ''}${tail}${stack}`
}

function parse(line: string): Record<string, unknown> {
  const value: unknown = JSON.parse(line)
  return isRecord(value) ? value : {}
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
