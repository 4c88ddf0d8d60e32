// `skein status`: what runs on a data folder, read from what its processes wrote there.

import { join } from 'node:path'
import { loadConfig } from '../server/config/load.ts'
import { readChild, runFolder } from '../server/supervisor/child-state.ts'
import { readHolder } from '../server/supervisor/lock.ts'
import { isAlive } from '../server/supervisor/process.ts'
import { print } from './output.ts'

/** Neither supervisor nor peer: 3, as `systemctl status` says it. */
const NOT_RUNNING_STATUS = 3

export function status(words: readonly string[], asJson: boolean): number {
  const { data } = loadConfig({ words }).config
  const holder = readHolder(join(runFolder(data), 'supervisor.lock'))
  const supervisor = holder !== undefined && isAlive(holder) ? holder.pid : undefined
  const peer = readChild(data, 'peer-1')
  print(asJson, { data, supervisor, peer }, () => {
    const line = (name: string, text: string | undefined) => `${name.padEnd(11)} ${text ?? '-'}`
    const state = peer && `pid ${peer.pid}, ${peer.isReady ? `serves ${peer.url}` : 'starting'}`
    return [
      line('data', data),
      line('supervisor', supervisor === undefined ? 'not running' : `pid ${supervisor}`),
      line('peer', state ?? 'not running'),
      ...(peer?.fingerprint ? [line('authority', `SHA-256 ${peer.fingerprint}`)] : []),
    ].join('\n')
  })
  return peer === undefined ? NOT_RUNNING_STATUS : 0
}
