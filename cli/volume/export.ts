// `skein volume export SPACE [FILE]`: a space's home volume in one file, that plain tar reads too.

import { existsSync, statSync } from 'node:fs'
import { type FileHandle, link, open, rename, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createZstdCompress } from 'node:zlib'
import { SkeinError } from '#protocol/errors.ts'
import type { VolumeTotals } from '../../server/peer/volume-door.ts'
import { sealedEnd } from '../../server/spaces/copies/seal.ts'
import { type DataOptions, dataFolder } from '../backup/data.ts'
import { Meter } from '../meter.ts'
import { print } from '../output.ts'
import { quantity } from '../remote/copy/progress.ts'
import { checkArchive } from './archive-file.ts'
import { askVolume, type Given } from './peer.ts'

export interface VolumeWishes extends DataOptions {
  readonly volume?: string
  readonly force?: true
  readonly stop?: true
  readonly json?: true
}

export async function volumeExport(
  space: string,
  name: string | undefined,
  wishes: VolumeWishes,
): Promise<number> {
  const { volume, force, json } = wishes
  const begunMs = performance.now()
  const file = resolve(name ?? defaultName(space))
  if (!force && existsSync(file)) throw new SkeinError('backup_exists', { file })
  const meter = new Meter()
  const part = `${file}.part`
  try {
    const given = await askVolume(dataFolder(wishes), { space, ...(volume && { volume }) })
    const totals = await writePart(part, given, meter)
    await checkArchive(part, (bytes) => meter.show('verifying', bytes))
    await giveName(part, file, force === true)
    meter.end()
    const tookMs = Math.round(performance.now() - begunMs)
    const sizeBytes = statSync(file).size
    print(json === true, { file, sizeBytes, tookMs, isVerified: true, ...totals }, () =>
      text(file, sizeBytes, totals, tookMs),
    )
    return 0
  } finally {
    meter.end()
    await rm(part, { force: true })
  }
}

function defaultName(space: string): string {
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
  return `${space.replace(/[^A-Za-z0-9.-]/g, '-')}-${time}.tar.zst`
}

async function writePart(part: string, given: Given, meter: Meter): Promise<VolumeTotals> {
  await rm(part, { force: true })
  const handle = await open(part, 'wx', 0o600)
  try {
    let totals: VolumeTotals | undefined
    async function* sealed() {
      let bytes = 0
      for await (const chunk of given.bytes) {
        bytes += chunk.length
        meter.show(`reading ${given.volume}`, bytes)
        yield chunk
      }
      totals = given.totals()
      yield sealedEnd(totals)
    }
    await pipeline(sealed, createZstdCompress(), (packed) => writeAll(handle, packed))
    await handle.sync()
    if (totals === undefined) throw new Error('The archive ended without its totals.')
    return totals
  } finally {
    await handle.close()
  }
}

async function writeAll(handle: FileHandle, chunks: AsyncIterable<Buffer>): Promise<void> {
  for await (const chunk of chunks) await handle.writeFile(chunk)
}

/** A link fails where the name exists, a rename replaces it. */
async function giveName(part: string, file: string, force: boolean): Promise<void> {
  if (force) return rename(part, file)
  await link(part, file).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EEXIST' ? new SkeinError('backup_exists', { file }, error) : error
  })
}

function text(file: string, sizeBytes: number, totals: VolumeTotals, tookMs: number): string {
  const { volume, entries, bytes, skipped, sha256 } = totals
  return [
    `${file}: ${quantity(sizeBytes)}, made and verified in ${(tookMs / 1000).toFixed(1)} s`,
    `  volume     ${volume}`,
    `  content    ${entries} entries, ${quantity(bytes)}, SHA-256 ${sha256}`,
    ...(skipped > 0 ? [`  left out   ${skipped} devices, pipes or sockets`] : []),
    'It is not encrypted. A space that was running may have written meanwhile.',
  ].join('\n')
}
