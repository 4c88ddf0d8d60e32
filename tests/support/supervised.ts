// A supervisor and a child as processes of their own, for tests that kill them. `node supervised.ts supervisor FOLDER
// MODE` starts `node supervised.ts child FOLDER MODE`, which does what the mode says.

import { createLog } from '../../server/log.ts'
import { childLockPath, writeChild } from '../../server/supervisor/child-state.ts'
import { ExitStatus } from '../../server/supervisor/exit.ts'
import { takeLock } from '../../server/supervisor/lock.ts'
import { thisProcess } from '../../server/supervisor/process.ts'
import { Supervisor } from '../../server/supervisor/supervisor.ts'

export const INSTANCE = 'peer-1'
export type Mode = 'serves' | 'ignores-term' | 'no-port'

function child(data: string, mode: Mode): void {
  if (mode === 'no-port') process.exit(ExitStatus.portInUse)
  takeLock(childLockPath(data, INSTANCE))
  writeChild(data, { ...thisProcess(), instance: INSTANCE, socket: '', isReady: true })
  process.on('SIGTERM', () => mode === 'serves' && process.exit(0))
  // Held open as a server is by its socket.
  setInterval(() => {}, 60_000)
}

async function supervise(data: string, mode: Mode): Promise<void> {
  // Before the lock is taken: whoever sees it may signal at once. No signal is heard before the constructor is through.
  process.on('SIGTERM', () => supervisor.stop())
  process.on('SIGHUP', () => supervisor.reload())
  const supervisor = new Supervisor({
    config: { data, drainSeconds: 1, restartMaxSeconds: 1 },
    log: createLog({ level: 'debug', name: 'supervisor' }),
    instance: INSTANCE,
    command: [process.execPath, import.meta.filename, 'child', data, mode],
  })
  process.exitCode = await supervisor.ended
}

if (process.argv[1] === import.meta.filename) {
  const [role, data = '', mode = 'serves'] = process.argv.slice(2)
  if (role === 'child') child(data, mode as Mode)
  else await supervise(data, mode as Mode)
}
