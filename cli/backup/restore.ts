// `skein restore FILE --data DIR`: a data folder out of a backup, under a new origin.

import { resolve } from 'node:path'
import { type Restored, restoreBackup } from '../../server/backup/restore.ts'
import { systemRandom } from '../../server/clock.ts'
import { Meter } from '../meter.ts'
import { print } from '../output.ts'
import type { BackupWishes } from './backup.ts'
import { dataOf } from './data.ts'
import { keyFrom } from './key.ts'
import { countsText, keysText, newestText, notKeptText, timeText } from './words.ts'

export async function restore(file: string, wishes: BackupWishes): Promise<number> {
  const begunMs = performance.now()
  const key = await keyFrom(wishes.keyFile)
  const { data, store } = dataOf(wishes)
  const meter = new Meter()
  try {
    const restored = await restoreBackup({
      ...{ file: resolve(file), data, store, force: wishes.force === true },
      ...(key && { key }),
      ...{ nowMs: Date.now(), random: systemRandom, onProgress: meter.show },
    })
    meter.end()
    const tookMs = Math.round(performance.now() - begunMs)
    print(wishes.json === true, report(data, restored, tookMs), () => text(data, restored, tookMs))
    return 0
  } finally {
    meter.end()
  }
}

function report(data: string, { header, contents, migrated, aside }: Restored, tookMs: number) {
  const { at, version, files } = header
  return {
    ...{ data, tookMs, at, version, migrated, ...(aside !== undefined && { aside }) },
    ...contents,
    formerOrigin: header.contents.origin,
    formerSeq: header.contents.seq,
    files: files.map(({ name }) => name),
  }
}

function text(data: string, { header, contents, migrated, aside }: Restored, tookMs: number) {
  const line = (name: string, value: string) => `  ${name.padEnd(10)} ${value}`
  const former = header.contents
  return [
    `Restored to ${data} in ${(tookMs / 1000).toFixed(1)} s; SHA-256, integrity and every count are as they were.`,
    line('state of', `${timeText(header.at)}, Skein ${header.version}`),
    line('records', countsText(contents)),
    line('newest', newestText(contents)),
    line('keys', keysText(header)),
    line('origin', `${contents.origin}, instead of ${former.origin} (${former.seq} transactions)`),
    ...(migrated.length > 0 ? [line('migrated', migrated.join(', '))] : []),
    ...(aside === undefined ? [] : [line('aside', `what was there is in ${aside}`)]),
    'Not in a backup:',
    `  ${notKeptText()}`,
    'Next:',
    '  1. Make sure that the server the backup was made on does not run any more: this one is the same peer.',
    `  2. Start it: skein server --data ${data}, with --join and its other settings if it had any.`,
    '  3. Sessions, tokens and keys that were revoked after the backup are valid again where no other peer',
    '     remembers: look at People and at each account.',
    '  4. Bring home volumes back that are gone: skein volume import SPACE FILE.',
  ].join('\n')
}
