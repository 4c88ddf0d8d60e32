// Headers of a tar archive (POSIX.1-2001, `pax`): a block of 512 bytes for each entry, before it another with what does
// not fit: long names and large sizes. Written here and not by tar-stream, whose packer takes headers without
// back-pressure: a folder of a million empty files would be held in memory.

import { textToBytes } from './name.ts'

export const BLOCK_BYTES = 512
/** Two empty blocks end an archive. */
export const ARCHIVE_END = Buffer.alloc(2 * BLOCK_BYTES)

export interface TarEntry {
  /** Relative, as text (name.ts); a folder's ends with a slash. */
  readonly name: string
  readonly type: 'file' | 'symlink' | 'directory'
  readonly mode: number
  readonly modifiedMs: number
  readonly sizeBytes: number
  readonly target?: string
}

const TYPE = { file: '0', symlink: '2', directory: '5', pax: 'x' } as const
const MAX_NAME_BYTES = 100
/** Eleven octal digits. */
const MAX_SIZE_BYTES = 8 ** 11 - 1

/** All that stands before an entry's content. */
export function encodeHeader(entry: TarEntry): Buffer {
  const records: [string, Buffer][] = []
  const name = textToBytes(entry.name)
  const target = textToBytes(entry.target ?? '')
  if (name.length > MAX_NAME_BYTES) records.push(['path', name])
  if (target.length > MAX_NAME_BYTES) records.push(['linkpath', target])
  if (entry.sizeBytes > MAX_SIZE_BYTES) {
    records.push(['size', Buffer.from(String(entry.sizeBytes))])
  }
  const own = encodeBlock({ ...entry, name, target }, TYPE[entry.type])
  if (records.length === 0) return own
  const body = Buffer.concat(records.map(([key, value]) => encodeRecord(key, value)))
  const head = {
    name: Buffer.from('pax'),
    target: Buffer.alloc(0),
    mode: 0o644,
    modifiedMs: entry.modifiedMs,
    sizeBytes: body.length,
  }
  return Buffer.concat([encodeBlock(head, TYPE.pax), body, padding(body.length), own])
}

/** What fills content of this many bytes up to whole blocks. */
export function padding(bytes: number): Buffer {
  return Buffer.alloc((BLOCK_BYTES - (bytes % BLOCK_BYTES)) % BLOCK_BYTES)
}

interface Fields {
  readonly name: Buffer
  readonly target: Buffer
  readonly mode: number
  readonly modifiedMs: number
  readonly sizeBytes: number
}

function encodeBlock(entry: Fields, type: string): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES)
  const octal = (value: number, at: number, digits: number) =>
    block.write(Math.max(0, Math.floor(value)).toString(8).padStart(digits, '0'), at)
  entry.name.copy(block, 0, 0, MAX_NAME_BYTES)
  octal(entry.mode, 100, 7)
  octal(0, 108, 7)
  octal(0, 116, 7)
  octal(Math.min(entry.sizeBytes, MAX_SIZE_BYTES), 124, 11)
  octal(entry.modifiedMs / 1000, 136, 11)
  block.write(`        ${type}`, 148)
  entry.target.copy(block, 157, 0, MAX_NAME_BYTES)
  block.write('ustar\x0000', 257)
  // The checksum is the sum of the block's bytes with spaces in the checksum's own place.
  octal(
    block.reduce((sum, byte) => sum + byte, 0),
    148,
    6,
  )
  block[154] = 0
  return block
}

/** `length key=value\n`, where the length counts its own digits. */
function encodeRecord(key: string, value: Buffer): Buffer {
  const rest = Buffer.concat([Buffer.from(` ${key}=`), value, Buffer.from('\n')])
  let length = rest.length + String(rest.length).length
  if (String(length).length > String(rest.length).length) length++
  return Buffer.concat([Buffer.from(String(length)), rest])
}
