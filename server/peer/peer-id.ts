// Who this peer is among others, for as long as its data folder lives. Not a record: records are shared.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SkeinError } from '#protocol/errors.ts'
import { isId, type PeerId } from '#protocol/ids.ts'
import { freshId, type Makers } from '../identity/settings.ts'

export function loadPeerId(data: string, makers: Makers): PeerId {
  const path = join(data, 'peer.id')
  try {
    // `wx` refuses where the file exists: it is written once.
    writeFileSync(path, `${freshId<'peer'>(makers)}\n`, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
  const id = readFileSync(path, 'utf8').trim()
  if (isId(id)) return id as PeerId
  throw new SkeinError('config_invalid', { key: 'peer.id', reason: 'it holds no id', source: path })
}
