// `skein status`: what runs on a data folder, read from what its processes wrote there.

import { join } from 'node:path'
import { loadConfig } from '../server/config/load.ts'
import { sshAddress } from '../server/config/settings.ts'
import { type ChildState, readChild, runFolder } from '../server/supervisor/child-state.ts'
import { readHolder } from '../server/supervisor/lock.ts'
import { isAlive } from '../server/supervisor/process.ts'
import { print } from './output.ts'

/** Neither supervisor nor peer: 3, as `systemctl status` says it. */
const NOT_RUNNING_STATUS = 3

export function status(words: readonly string[], asJson: boolean): number {
  const { config } = loadConfig({ words })
  const { data } = config
  const holder = readHolder(join(runFolder(data), 'supervisor.lock'))
  const supervisor = holder !== undefined && isAlive(holder) ? holder.pid : undefined
  const peer = readChild(data, 'peer-1')
  const gateway = readChild(data, 'gateway-1')
  print(asJson, { data, supervisor, peer, gateway }, () => {
    const line = (name: string, text: string) => `${name.padEnd(11)} ${text}`
    return [
      line('data', data),
      line('supervisor', supervisor === undefined ? 'not running' : `pid ${supervisor}`),
      line('peer', told(peer)),
      ...(peer?.fingerprint ? [line('authority', `SHA-256 ${peer.fingerprint}`)] : []),
      line('gateway', sshAddress(config) === undefined ? 'off' : told(gateway)),
    ].join('\n')
  })
  return peer === undefined ? NOT_RUNNING_STATUS : 0
}

function told(child: ChildState | undefined): string {
  if (child === undefined) return 'not running'
  return `pid ${child.pid}, ${child.isReady ? `serves ${child.url}` : 'starting'}`
}
