// The blocks of a tar archive, as far as one must understand them to know what an entry is: POSIX ustar and pax, and the
// long names of GNU. Docker writes pax.

import { SkeinError } from '#protocol/errors.ts'

export const BLOCK_BYTES = 512
/** Two empty blocks end an archive. */
export const ARCHIVE_END = Buffer.alloc(2 * BLOCK_BYTES)

export type EntryType = 'file' | 'link' | 'symlink' | 'folder'

export interface Block {
  /** The type's letter. */
  readonly flag: string
  readonly name: string
  readonly target: string
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly sizeBytes: number
}

/** Throws `archive_refused`. */
export function readBlock(block: Buffer): Block {
  if (!hasItsChecksum(block)) throw refused('its headers', 'a checksum differs')
  const isUstar = block.toString('latin1', 257, 262) === 'ustar'
  // GNU's own format, `ustar  `, has other fields where POSIX has the prefix.
  const prefix = isUstar && block[263] !== 0x20 ? text(block, 345, 155) : ''
  const name = text(block, 0, 100)
  return {
    flag: String.fromCharCode(block[156] ?? 0),
    name: prefix === '' ? name : `${prefix}/${name}`,
    target: text(block, 157, 100),
    mode: number(block, 100, 8),
    uid: number(block, 108, 8),
    gid: number(block, 116, 8),
    sizeBytes: number(block, 124, 12),
  }
}

export const isEmpty = (block: Buffer): boolean => block.every((byte) => byte === 0)

/** What fills content of this many bytes up to whole blocks. */
export const paddingBytes = (bytes: number): number =>
  (BLOCK_BYTES - (bytes % BLOCK_BYTES)) % BLOCK_BYTES

/** One character a byte: names on Linux are bytes. */
function text(block: Buffer, at: number, length: number): string {
  const field = block.subarray(at, at + length)
  const end = field.indexOf(0)
  return field.toString('latin1', 0, end < 0 ? length : end)
}

/** Octal, or base 256 where the first bit is set (GNU, for what is too large). */
function number(block: Buffer, at: number, length: number): number {
  const first = block[at] ?? 0
  if (first === 0x80) return Number(block.readBigUInt64BE(at + length - 8))
  const octal = text(block, at, length).trim()
  if (/^[0-7]*$/.test(octal)) return octal === '' ? 0 : Number.parseInt(octal, 8)
  throw refused('its headers', 'a number is none')
}

/** The sum of the block's bytes, with spaces where the checksum itself stands. */
function hasItsChecksum(block: Buffer): boolean {
  const stated = Number.parseInt(text(block, 148, 8).trim(), 8)
  let sum = 0
  for (let i = 0; i < BLOCK_BYTES; i++) sum += i >= 148 && i < 156 ? 0x20 : (block[i] ?? 0)
  return stated === sum
}

/** The records of a pax header: `length key=value\n`. */
export function readRecords(body: Buffer): Map<string, string> {
  const records = new Map<string, string>()
  for (let at = 0; at < body.length; ) {
    const space = body.indexOf(0x20, at)
    const length = Number(body.toString('latin1', at, Math.max(space, at)))
    if (space < 0 || !Number.isSafeInteger(length) || length < 5 || at + length > body.length) {
      throw refused('its headers', 'a record has no possible length')
    }
    const line = body.toString('latin1', space + 1, at + length - 1)
    const equals = line.indexOf('=')
    records.set(line.slice(0, equals), line.slice(equals + 1))
    at += length
  }
  return records
}

/** A header with a comment, which every reader of tar passes over. */
export function commentBlocks(comment: string): Buffer {
  const rest = ` comment=${comment}\n`
  let length = rest.length + String(rest.length).length
  if (String(length).length > String(rest.length).length) length++
  const body = Buffer.from(`${length}${rest}`, 'latin1')
  const block = Buffer.alloc(BLOCK_BYTES)
  block.write('pax_global_header', 0)
  block.write('0000644\x000000000\x000000000\x00', 100)
  block.write(`${body.length.toString(8).padStart(11, '0')}\x00${'0'.repeat(11)}\x00`, 124)
  block.write('        g', 148)
  block.write('ustar\x0000', 257)
  const sum = block.reduce((all, byte) => all + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\x00 `, 148)
  return Buffer.concat([block, body, Buffer.alloc(paddingBytes(body.length))])
}

export const refused = (entry: string, reason: string): SkeinError =>
  new SkeinError('archive_refused', { entry: entry.slice(0, 200), reason })
