// Notices which ports the space listens on and tells of changes. Reads two short kernel files each round; looks for
// process names only when a socket is new.

import { open } from 'node:fs/promises'
import type { AgentReport } from '#protocol/report.ts'
import { findHolders } from './holders.ts'
import { type Listener, parseTable, pickListeners } from './table.ts'

export const LOOK_EVERY_MS = 2000

/** The kernel lists listening sockets first; what lies beyond this is connections (bytes, some 3,400 lines). */
const MAX_TABLE_BYTES = 512 * 1024
const PIECE_BYTES = 8 * 1024

export type ListeningPorts = Extract<AgentReport, { type: 'ports' }>['ports']

export class ListeningWatch {
  readonly #read: (file: string) => Promise<string>
  readonly #onChange: (ports: ListeningPorts) => void
  readonly #names = new Map<string, string>()
  readonly #hidden = new Map<number, number>()
  #ports: ListeningPorts = []
  #seen = ''

  constructor(onChange: (ports: ListeningPorts) => void, read = readStart) {
    this.#onChange = onChange
    this.#read = read
  }

  /** As last seen. */
  get ports(): ListeningPorts {
    return this.#ports
  }

  /** Says that we listen on the port ourselves: nothing of the user's to tell of. Call the answer when that is over. */
  hide(port: number): () => void {
    this.#hidden.set(port, (this.#hidden.get(port) ?? 0) + 1)
    return () => {
      const left = (this.#hidden.get(port) ?? 1) - 1
      if (left > 0) this.#hidden.set(port, left)
      else this.#hidden.delete(port)
    }
  }

  /** One look. Never rejects because a file is missing: without IPv6 there is no tcp6. */
  async look(): Promise<void> {
    const tables = await Promise.all(
      ['/proc/net/tcp', '/proc/net/tcp6'].map((file) => this.#read(file).catch(() => '')),
    )
    const all = pickListeners(tables.flatMap(parseTable))
    const listeners = all.filter(({ port }) => !this.#hidden.has(port))
    const seen = listeners.map(({ port, address, inode }) => `${port} ${address} ${inode}`).join()
    if (seen === this.#seen) return
    this.#seen = seen
    await this.#learnNames(listeners)
    this.#ports = listeners.map(({ port, address, inode }) => {
      const process = this.#names.get(inode)
      return { port, address, ...(process ? { process } : {}) }
    })
    this.#onChange(this.#ports)
  }

  async #learnNames(listeners: readonly Listener[]): Promise<void> {
    const inodes = new Set(listeners.map(({ inode }) => inode))
    for (const known of this.#names.keys()) if (!inodes.delete(known)) this.#names.delete(known)
    if (inodes.size === 0) return
    for (const [inode, name] of await findHolders(inodes)) this.#names.set(inode, name)
  }
}

/** The first part of a file whose size the kernel does not tell, read in small pieces: it is almost always short. */
async function readStart(file: string): Promise<string> {
  const handle = await open(file)
  try {
    const piece = Buffer.allocUnsafeSlow(PIECE_BYTES)
    let text = ''
    while (text.length < MAX_TABLE_BYTES) {
      const { bytesRead } = await handle.read(piece, 0, piece.length)
      if (bytesRead === 0) break
      text += piece.toString('latin1', 0, bytesRead)
    }
    return text
  } finally {
    await handle.close()
  }
}
