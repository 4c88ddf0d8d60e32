// How a backup begins: a mark, the length of a header, the header as JSON, its SHA-256. The header is readable without the
// key, so that one can tell which backup a file is; with a key it is bound to the content (sealed.ts).

import { createHash } from 'node:crypto'
import { z } from 'zod'
import { SkeinError } from '#protocol/errors.ts'
import { type KeptFile, keptFiles, MAX_SMALL_BYTES } from './kept.ts'

export const FORMAT = 1
const MARK = Buffer.from('SKEINBAK')
const LENGTH_BYTES = 4
const HASH_BYTES = 32
/** What stands before the header. */
export const PREFIX_BYTES = MARK.length + LENGTH_BYTES
/** A header has some twenty counts and seven files; bytes. */
const MAX_HEADER_BYTES = 64 * 1024

const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`))
const count = z.int().min(0)

const sealSchema = z.strictObject({
  cipher: z.literal('aes-256-gcm'),
  salt: hex(32),
  /** `raw`: the key file holds 32 random bytes. */
  derivation: z.discriminatedUnion('name', [
    z.strictObject({ name: z.literal('raw') }),
    // Bounded, so that a header cannot ask for all memory: 128 * cost * blockSize bytes.
    z.strictObject({
      name: z.literal('scrypt'),
      cost: z.literal(2 ** 17),
      blockSize: z.literal(8),
      parallel: z.literal(1),
    }),
  ]),
  /** Tells a wrong key from a damaged file. */
  check: hex(16),
})
export type Seal = z.infer<typeof sealSchema>

/** What is in a database, to be compared after every copy. */
export const contentsSchema = z.strictObject({
  cluster: z.string().max(64),
  origin: hex(8),
  /** Of the last transaction. */
  seq: count,
  hlc: z.string().regex(/^\d{1,19}$/),
  /** Milliseconds; of the newest write to a record, 0 without any. */
  newestMs: count,
  /** Records by kind, and claims, tombstones and entries of streams. */
  counts: z.record(z.string().max(64), count),
})
export type Contents = z.infer<typeof contentsSchema>

const headerSchema = z.strictObject({
  format: z.literal(FORMAT),
  /** Of the Skein that wrote it. */
  version: z.string().max(32),
  at: z.iso.datetime(),
  contents: contentsSchema,
  files: z
    .array(z.strictObject({ name: z.enum(keptFiles as [KeptFile]), sizeBytes: count }))
    .max(keptFiles.length),
  /** Of the files, one after the other. */
  sha256: hex(HASH_BYTES),
  seal: sealSchema.optional(),
})
export type Header = z.infer<typeof headerSchema>

export function encodeHeader(header: Header): Buffer {
  const json = Buffer.from(JSON.stringify(header))
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeUInt32BE(json.length)
  return Buffer.concat([MARK, length, json, sha256(json)])
}

/** How many bytes follow the prefix. Throws `backup_unknown`. */
export function restOfHeader(prefix: Buffer, file: string): number {
  if (!prefix.subarray(0, MARK.length).equals(MARK)) {
    throw new SkeinError('backup_unknown', { file, reason: 'it begins otherwise' })
  }
  const length = prefix.length < PREFIX_BYTES ? 0 : prefix.readUInt32BE(MARK.length)
  if (length > 0 && length <= MAX_HEADER_BYTES) return length + HASH_BYTES
  throw new SkeinError('backup_damaged', { reason: 'its header has no possible length' })
}

/** Throws `backup_newer` or `backup_damaged`. */
export function decodeHeader(rest: Buffer): Header {
  const json = rest.subarray(0, rest.length - HASH_BYTES)
  if (!sha256(json).equals(rest.subarray(json.length))) {
    throw new SkeinError('backup_damaged', { reason: 'its header is not what was written' })
  }
  const value: unknown = JSON.parse(json.toString())
  refuseNewer(value)
  const parsed = headerSchema.safeParse(value)
  if (parsed.success && isWhole(parsed.data.files)) return parsed.data
  throw new SkeinError('backup_damaged', { reason: 'its header does not fit' })
}

function refuseNewer(value: unknown): void {
  const { data } = z.object({ format: z.int(), version: z.string().max(32) }).safeParse(value)
  if (data === undefined || data.format <= FORMAT) return
  throw new SkeinError('backup_newer', { format: data.format, version: data.version })
}

/** Each file once, the database among them, and the others as small as keys are. */
function isWhole(files: Header['files']): boolean {
  const names = files.map(({ name }) => name)
  if (new Set(names).size < names.length || !names.includes('state.db')) return false
  return files.every(({ name, sizeBytes }) => name === 'state.db' || sizeBytes <= MAX_SMALL_BYTES)
}

const sha256 = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest()
