// Which process holds a listening socket, found by its inode under /proc/<pid>/fd. Other users' processes cannot be
// read and stay unnamed. Costs a readlink for each open file of the space, so it is asked only about new sockets.

import { readdir, readFile, readlink } from 'node:fs/promises'

/** Processes and open files looked at in one search: a fork bomb must not keep the agent busy. */
const MAX_PROCESSES = 500
const MAX_OPEN_FILES = 20_000
const MAX_NAME_CHARS = 64

/** Names of the processes that hold these sockets, by inode. */
export async function findHolders(inodes: ReadonlySet<string>): Promise<Map<string, string>> {
  const names = new Map<string, string>()
  let left = MAX_OPEN_FILES
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  for (const pid of pids.slice(0, MAX_PROCESSES)) {
    const files = await readdir(`/proc/${pid}/fd`).catch(() => [])
    left -= files.length
    if (left < 0) break
    for (const inode of await socketsOf(pid, files)) {
      if (inodes.has(inode)) names.set(inode, await nameOf(pid))
    }
    if (names.size === inodes.size) break
  }
  return names
}

async function socketsOf(pid: string, files: readonly string[]): Promise<string[]> {
  const sockets: string[] = []
  for (const file of files) {
    const link = await readlink(`/proc/${pid}/fd/${file}`).catch(() => '')
    const inode = /^socket:\[(\d+)\]$/.exec(link)?.[1]
    if (inode) sockets.push(inode)
  }
  return sockets
}

/** A process chooses its own name, so nothing but printable ASCII is passed on. */
async function nameOf(pid: string): Promise<string> {
  const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')
  return name
    .replace(/[^\x20-\x7e]/g, '')
    .trim()
    .slice(0, MAX_NAME_CHARS)
}
