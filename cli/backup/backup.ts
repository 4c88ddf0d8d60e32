// `skein backup [FILE]`: all records and keys of a data folder in one file, while the server runs.

import { resolve } from 'node:path'
import { type Backup, writeBackup } from '../../server/backup/write.ts'
import { Meter } from '../meter.ts'
import { print } from '../output.ts'
import { quantity } from '../remote/copy/progress.ts'
import { type DataOptions, dataOf } from './data.ts'
import { keyFrom } from './key.ts'
import { countsText, keysText, newestText, notKeptText, timeText } from './words.ts'

export interface BackupWishes extends DataOptions {
  readonly keyFile?: string
  readonly force?: true
  readonly json?: true
}

export async function backup(name: string | undefined, wishes: BackupWishes): Promise<number> {
  const begunMs = performance.now()
  const nowMs = Date.now()
  const file = resolve(name ?? defaultName(nowMs))
  const key = await keyFrom(wishes.keyFile)
  const meter = new Meter()
  try {
    const made = await writeBackup({
      ...{ ...dataOf(wishes), file, nowMs, force: wishes.force === true },
      ...(key && { key }),
      onProgress: meter.show,
    })
    meter.end()
    const tookMs = Math.round(performance.now() - begunMs)
    print(wishes.json === true, report(file, made, tookMs), () => text(file, made, tookMs))
    if (key === undefined && !wishes.json) process.stderr.write(`${WARNING}\n`)
    return 0
  } finally {
    meter.end()
  }
}

/** `skein-20261121T114038Z.backup`, in the folder one stands in. */
const defaultName = (nowMs: number): string =>
  `skein-${new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, '')}.backup`

const WARNING = `
Warning: it is not encrypted, and it holds the cluster’s keys. Who reads it can open every space, sign in as anybody
and stand in for the server. Give --key-file, and keep that key somewhere else.`

function report(file: string, { header, sizeBytes }: Backup, tookMs: number) {
  const { contents, files, seal, ...rest } = header
  return {
    ...{ file, sizeBytes, tookMs, isEncrypted: seal !== undefined, isVerified: true },
    ...rest,
    ...contents,
    files: files.map(({ name }) => name),
  }
}

function text(file: string, { header, sizeBytes }: Backup, tookMs: number): string {
  const { contents, seal, at, sha256 } = header
  const line = (name: string, value: string) => `  ${name.padEnd(10)} ${value}`
  return [
    `${file}: ${quantity(sizeBytes)}, made and verified in ${(tookMs / 1000).toFixed(1)} s`,
    line('state of', timeText(at)),
    line('records', countsText(contents)),
    line('newest', newestText(contents)),
    line('keys', keysText(header)),
    line('origin', `${contents.origin}, ${contents.seq} transactions`),
    line('content', `SHA-256 ${sha256}`),
    line('encrypted', seal === undefined ? 'no' : `AES-256-GCM, ${derivation(seal)}`),
    'It holds records and keys. It does not hold:',
    `  ${notKeptText()}`,
  ].join('\n')
}

const derivation = ({ derivation: { name } }: { derivation: { name: string } }): string =>
  name === 'raw' ? 'by the key in the file' : 'by a passphrase (scrypt)'
