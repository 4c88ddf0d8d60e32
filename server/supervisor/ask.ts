// What a child may ask of the supervisor above it: to be replaced by the next, which is of the program that is noted by then.

import { join } from 'node:path'
import { runFolder } from './child-state.ts'
import { readHolder } from './lock.ts'
import { isAlive } from './process.ts'

/** Throws where no supervisor would start the next. */
export function askSupervisor(data: string): void {
  const holder = readHolder(join(runFolder(data), 'supervisor.lock'))
  if (holder === undefined || !isAlive(holder)) {
    throw new Error('no supervisor runs that would start the next process')
  }
  process.kill(holder.pid, 'SIGHUP')
}
