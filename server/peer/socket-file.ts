// The name of a unix socket in a folder that peers share. Two processes may believe that it is theirs, when one runs on a
// copy of the other's data folder: neither takes the other's socket away, at its beginning or at its end.

import { chmodSync, renameSync, rmSync, statSync } from 'node:fs'
import { connect, type Server } from 'node:net'
import { SkeinError } from '#protocol/errors.ts'
import { startListening } from '../listening.ts'

/** Any user of any container may knock; the link's key decides. */
const MODE = 0o666
/** Names that are tried where others live under the first ones: so many copies of one data folder are a mistake. */
const MAX_NAMES = 5
/** Of the name under which a socket is made, which its server removes when it closes. */
const MAKING = '~'
const SETTING = 'listen'

export interface SocketFile {
  /** What it was asked for, or beside it where a living process has that. */
  readonly path: string
  /** Removes it, unless it is another's by now. */
  remove(): void
}

/**
 * Listens at `path`, of at most 106 bytes. What a dead process left there is replaced in one step. Rejects with
 * `port_in_use` where living ones have it and the names beside it.
 */
export async function listenAt(server: Server, path: string): Promise<SocketFile> {
  const making = `${path}${MAKING}`
  const free = await freeName(path)
  rmSync(making, { force: true })
  await startListening(server, { path: making }, { address: path, setting: SETTING })
  chmodSync(making, MODE)
  const { ino } = statSync(making)
  renameSync(making, free)
  return {
    path: free,
    remove: () => {
      const there = statSync(free, { throwIfNoEntry: false })
      if (there?.ino === ino) rmSync(free, { force: true })
    },
  }
}

async function freeName(path: string): Promise<string> {
  for (let number = 1; number <= MAX_NAMES; number++) {
    const name = number === 1 ? path : path.replace(/(\.sock)?$/, `-${number}$1`)
    if (!(await isAnswered(name))) return name
  }
  throw new SkeinError('port_in_use', { address: path, setting: SETTING })
}

/** A socket whose process is dead refuses at once. */
function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path })
    const settle = (isThere: boolean) => {
      socket.destroy()
      resolve(isThere)
    }
    socket.once('connect', () => settle(true))
    socket.once('error', ({ code }: NodeJS.ErrnoException) => settle(code === 'EAGAIN'))
  })
}
