// The pair in the administrator's files. They are looked at by asking for their state, which follows symlinks: certbot
// flips the links themselves, Kubernetes one of a folder above them, and a watch on the file would see neither.

import { readFile, stat } from 'node:fs/promises'
import { SkeinError } from '#protocol/errors.ts'
import type { Clock } from '../clock.ts'
import { type Pair, readPair } from './pair.ts'

/** How often the files are looked at, ms. A change counts when two looks in a row see the same. */
const LOOK_MS = 5_000
/** A chain of three RSA certificates has 8 kB. */
const MAX_FILE_BYTES = 256 * 1024

export interface PairFiles {
  readonly cert: string
  readonly key: string
}

export interface FileLog {
  info(details: object, message: string): void
  warn(details: object, message: string): void
}

export class FilePair {
  readonly everyMs = LOOK_MS
  readonly #files: PairFiles
  readonly #clock: Clock
  readonly #log: FileLog
  #pair: Pair
  /** What the files looked like when they were last read, and at the last look. */
  #read: string
  #seen: string

  private constructor(files: PairFiles, pair: Pair, stamp: string, clock: Clock, log: FileLog) {
    this.#files = files
    this.#pair = pair
    this.#clock = clock
    this.#log = log
    this.#read = stamp
    this.#seen = stamp
  }

  /** Rejects with `tls_invalid`. A pair that has expired is served all the same: nobody is helped by no server. */
  static async open(files: PairFiles, clock: Clock, log: FileLog): Promise<FilePair> {
    const stamp = await stampOf(files)
    const pair = await readFiles(files)
    if (pair.untilMs < clock.nowMs()) log.warn(dates(pair), 'the certificate has expired')
    return new FilePair(files, pair, stamp, clock, log)
  }

  get pair(): Pair {
    return this.#pair
  }

  /** Whether there is another pair now. What is wrong with new files is logged once, and the old pair stays. */
  async refresh(): Promise<boolean> {
    const stamp = await stampOf(this.#files)
    const isSettled = stamp === this.#seen
    this.#seen = stamp
    // The two files are never written at the same moment: half of a change is nothing to complain about.
    if (!isSettled || stamp === this.#read) return false
    this.#read = stamp
    try {
      const pair = await readFiles(this.#files)
      if (pair.untilMs < this.#clock.nowMs()) {
        throw new SkeinError('tls_invalid', { reason: `it expired at ${dates(pair).until}` })
      }
      this.#pair = pair
      this.#log.info(dates(pair), 'the certificate was reloaded')
      return true
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      this.#log.warn({ reason }, 'the new certificate is not used; the old one stays')
      return false
    }
  }
}

const dates = ({ names, untilMs }: Pair) => ({ names, until: new Date(untilMs).toISOString() })

/** Which file each path leads to now, and when it was written; a file that is missing has a stamp as well. */
async function stampOf({ cert, key }: PairFiles): Promise<string> {
  const one = async (path: string) => {
    const found = await stat(path, { bigint: true }).catch(() => undefined)
    return found ? `${found.dev}:${found.ino}:${found.mtimeNs}:${found.size}` : 'missing'
  }
  return `${await one(cert)} ${await one(key)}`
}

async function readFiles({ cert, key }: PairFiles): Promise<Pair> {
  return readPair(await readText(cert), await readText(key))
}

async function readText(path: string): Promise<string> {
  try {
    const text = await readFile(path, 'utf8')
    if (text.length <= MAX_FILE_BYTES) return text
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    throw new SkeinError('tls_invalid', { reason: `${path} cannot be read${code}` }, error)
  }
  throw new SkeinError('tls_invalid', { reason: `${path} is larger than ${MAX_FILE_BYTES} bytes` })
}
