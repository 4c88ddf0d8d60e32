// A volume in a file: read with whatever it was packed by, watched, and its seal compared.

import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { type Duplex, PassThrough } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { SkeinError } from '#protocol/errors.ts'
import { readSeal, sameTotals } from '../../server/spaces/copies/seal.ts'
import { refused } from '../../server/spaces/copies/tar-block.ts'
import { TarWatch, type Totals } from '../../server/spaces/copies/tar-watch.ts'

export interface Checked extends Totals {
  /** Whether `skein volume export` made it and it is as it was then; any other archive can only be looked at. */
  readonly isSealed: boolean
}

/** Reads all of it. Rejects with `path_missing` or `archive_refused`. */
export async function checkArchive(
  file: string,
  onBytes: (bytes: number) => void,
): Promise<Checked> {
  const watch = new TarWatch()
  let bytes = 0
  for await (const chunk of readArchive(file)) {
    watch.push(chunk)
    bytes += chunk.length
    onBytes(bytes)
  }
  const totals = watch.finish()
  const seal = readSeal(watch.comment)
  if (seal && !sameTotals(seal, totals)) throw refused('its seal', 'it is not what was exported')
  return { ...totals, isSealed: seal !== undefined }
}

/** The plain archive, of a file packed by zstd, by gzip, or not at all. */
export async function* readArchive(file: string): AsyncGenerator<Buffer> {
  const unpacked = await unpackerOf(file)
  const from = createReadStream(file)
  from.once('error', (error) => unpacked.destroy(error))
  try {
    yield* from.pipe(unpacked)
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    throw refused('its packing', text)
  } finally {
    from.destroy()
  }
}

async function unpackerOf(file: string): Promise<Duplex> {
  const handle = await open(file, 'r').catch((error: unknown) => {
    throw new SkeinError('path_missing', { path: file }, error)
  })
  try {
    const { buffer } = await handle.read(Buffer.alloc(4), 0, 4, 0)
    if (buffer.readUInt32LE() === 0xfd2fb528) return createZstdDecompress()
    return buffer.readUInt16BE() === 0x1f8b ? createGunzip() : new PassThrough()
  } finally {
    await handle.close()
  }
}
