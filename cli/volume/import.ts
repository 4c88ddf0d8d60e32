// `skein volume import SPACE FILE`: an archive into a space's home volume, over what is there, read back afterwards.

import { resolve } from 'node:path'
import { SkeinError } from '#protocol/errors.ts'
import { sameTotals } from '../../server/spaces/copies/seal.ts'
import { dataFolder } from '../backup/data.ts'
import { Meter } from '../meter.ts'
import { print } from '../output.ts'
import { quantity } from '../remote/copy/progress.ts'
import { checkArchive, readArchive } from './archive-file.ts'
import type { VolumeWishes } from './export.ts'
import { sendVolume } from './peer.ts'

export async function volumeImport(
  space: string,
  name: string,
  wishes: VolumeWishes,
): Promise<number> {
  const { volume, stop, json } = wishes
  const begunMs = performance.now()
  const file = resolve(name)
  const meter = new Meter()
  try {
    // Before anything is touched: a file that is cut off must not fill a volume by half.
    const checked = await checkArchive(file, (bytes) => meter.show('checking', bytes))
    const query = { space, ...(volume && { volume }), ...(stop && { stop: '1' as const }) }
    const totals = await sendVolume(dataFolder(wishes), query, counted(file, meter))
    if (!sameTotals(totals, checked)) {
      throw new SkeinError('volume_unverified', { reason: 'the file changed meanwhile' })
    }
    meter.end()
    const tookMs = Math.round(performance.now() - begunMs)
    const { isSealed } = checked
    print(json === true, { file, tookMs, isSealed, isVerified: true, ...totals }, () =>
      [
        `Imported into ${totals.volume} and read back in ${(tookMs / 1000).toFixed(1)} s`,
        `  content    ${totals.entries} entries, ${quantity(totals.bytes)}, SHA-256 ${totals.sha256}`,
        ...(totals.skipped > 0 ? [`  left out   ${totals.skipped} devices or pipes`] : []),
        ...(isSealed ? [] : ['  seal       none: skein volume export did not make this archive']),
        'What was there under other names is still there. The space is stopped; start it when you like.',
      ].join('\n'),
    )
    return 0
  } finally {
    meter.end()
  }
}

async function* counted(file: string, meter: Meter): AsyncGenerator<Buffer> {
  let bytes = 0
  for await (const chunk of readArchive(file)) {
    bytes += chunk.length
    meter.show('importing', bytes)
    yield chunk
  }
}
