// A supervisor and a child as processes of their own, for tests that kill them. `node supervised.ts supervisor FOLDER
// MODE…` starts `node supervised.ts child FOLDER MODE INSTANCE` for each mode, which does what the mode says.

import type { ChildSpec } from '../../server/supervisor/child.ts'
import { childLockPath, writeChild } from '../../server/supervisor/child-state.ts'
import { ExitStatus } from '../../server/supervisor/exit.ts'
import { takeLock } from '../../server/supervisor/lock.ts'
import { thisProcess } from '../../server/supervisor/process.ts'

/** Of the children, in the order of their modes. */
export const INSTANCES = ['peer-1', 'gateway-1'] as const
const [INSTANCE, GATEWAY] = INSTANCES

export { GATEWAY, INSTANCE }
export type Mode = 'serves' | 'ignores-term' | 'no-port'

function child(data: string, mode: Mode, instance: string): void {
  if (mode === 'no-port') process.exit(ExitStatus.portInUse)
  takeLock(childLockPath(data, instance))
  writeChild(data, { ...thisProcess(), instance, isReady: true })
  process.on('SIGTERM', () => mode === 'serves' && process.exit(0))
  // Held open as a server is by its socket.
  setInterval(() => {}, 60_000)
}

async function supervise(data: string, modes: readonly Mode[]): Promise<void> {
  // Here, since a child needs neither, and there are many of them.
  const { createLog } = await import('../../server/log.ts')
  const { Supervisor } = await import('../../server/supervisor/supervisor.ts')
  // Before the lock is taken: whoever sees it may signal at once. No signal is heard before the constructor is through.
  process.on('SIGTERM', () => supervisor.stop())
  process.on('SIGHUP', () => supervisor.reload())
  // As a changed configuration may have it.
  process.on('SIGUSR2', () => supervisor.reload(children(data, modes.slice(0, 1))))
  const supervisor = new Supervisor({
    config: { data, drainSeconds: 1, restartMaxSeconds: 1 },
    log: createLog({ level: 'debug', name: 'supervisor' }),
    children: children(data, modes),
  })
  process.exitCode = await supervisor.ended
}

function children(data: string, modes: readonly Mode[]): ChildSpec[] {
  return modes.map((mode, i) => {
    const instance = INSTANCES[i] ?? INSTANCE
    const command = [process.execPath, import.meta.filename, 'child', data, mode, instance] as const
    return { name: instance, instance, command }
  })
}

if (process.argv[1] === import.meta.filename) {
  const [role, data = '', ...rest] = process.argv.slice(2)
  const [mode = 'serves', instance = INSTANCE] = rest
  if (role === 'child') child(data, mode as Mode, instance)
  else await supervise(data, rest as Mode[])
}
