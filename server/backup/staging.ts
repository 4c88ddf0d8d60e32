// Where copies of a database lie while they are made and checked: below the data folder, as readable as that is, named by
// the process that made it. What a process left that was killed is taken away by the next.

import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isAlive, thisProcess } from '../supervisor/process.ts'

export interface Staging {
  readonly path: string
  remove(): void
}

/** Makes `<folder>/<name>-<pid>-<start>`. */
export function makeStaging(folder: string, name: string): Staging {
  sweep(folder, name)
  const { pid, startTime } = thisProcess()
  const path = join(folder, `${name}-${pid}-${startTime}`)
  mkdirSync(path, { recursive: true, mode: 0o700 })
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

function sweep(folder: string, name: string): void {
  for (const entry of readdirSync(folder)) {
    const [, pid, startTime = ''] = new RegExp(`^${name}-(\\d+)-(\\d+)$`).exec(entry) ?? []
    if (pid === undefined || isAlive({ pid: Number(pid), startTime })) continue
    rmSync(join(folder, entry), { recursive: true, force: true })
  }
}
