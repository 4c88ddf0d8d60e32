// What a client has open: files and folders, by the number that it was given as a handle. All are closed at the end of
// its stream, whatever it forgot.

import type { Dir, Dirent } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { SftpFailure, Status, u32 } from './codec.ts'
import { FileOrder } from './order.ts'

/** Each is a descriptor of the agent's, of which it has some thousand. */
export const MAX_HANDLES = 256

export interface OpenFile {
  readonly type: 'file'
  readonly file: FileHandle
  /** Everything is written at the end, so writes must not overtake one another. */
  readonly appends: boolean
  readonly order: FileOrder
}

export interface OpenFolder {
  readonly type: 'folder'
  readonly path: Buffer
  readonly dir: Dir
  /** Read but not told: what did not fit, and at first the two names that every folder has. */
  readonly waiting: Buffer[]
  readonly order: FileOrder
}

export type Opened = OpenFile | OpenFolder

export class Handles {
  readonly #opened = new Map<number, Opened>()
  #reserved = 0
  #last = 0

  get count(): number {
    return this.#opened.size
  }

  /** Opens and answers the handle; refused past `MAX_HANDLES` before anything is opened. */
  async add(open: () => Promise<Opened>): Promise<Buffer> {
    if (this.#opened.size + this.#reserved >= MAX_HANDLES) {
      throw new SftpFailure(Status.failure, `${MAX_HANDLES} files are open, which is the limit`)
    }
    this.#reserved++
    try {
      const opened = await open()
      this.#last++
      this.#opened.set(this.#last, opened)
      return u32(this.#last)
    } finally {
      this.#reserved--
    }
  }

  any(handle: Buffer): Opened {
    const opened = handle.length === 4 ? this.#opened.get(handle.readUInt32BE(0)) : undefined
    if (!opened) throw new SftpFailure(Status.failure, 'there is no such handle')
    return opened
  }

  file(handle: Buffer): OpenFile {
    const opened = this.any(handle)
    if (opened.type === 'file') return opened
    throw new SftpFailure(Status.failure, 'it is the handle of a folder')
  }

  folder(handle: Buffer): OpenFolder {
    const opened = this.any(handle)
    if (opened.type === 'folder') return opened
    throw new SftpFailure(Status.failure, 'it is the handle of a file')
  }

  /** From here on the handle means nothing; what was asked of it before is done first. */
  async close(handle: Buffer): Promise<void> {
    const opened = this.any(handle)
    this.#opened.delete(handle.readUInt32BE(0))
    await opened.order.run({ kind: 'alone' }, () => release(opened))
  }

  async closeAll(): Promise<void> {
    const all = [...this.#opened.values()]
    this.#opened.clear()
    await Promise.allSettled(
      all.map((opened) => opened.order.run({ kind: 'alone' }, () => release(opened))),
    )
  }
}

export function openedFile(file: FileHandle, appends: boolean): OpenFile {
  return { type: 'file', file, appends, order: new FileOrder() }
}

export function openedFolder(path: Buffer, dir: Dir): OpenFolder {
  const waiting = ['.', '..'].map((name) => Buffer.from(name))
  return { type: 'folder', path, dir, waiting, order: new FileOrder() }
}

/** The next name of a folder; undefined at its end. The folder was opened for names in bytes, whatever Dirent says. */
export async function nextName(folder: OpenFolder): Promise<Buffer | undefined> {
  const waiting = folder.waiting.shift()
  if (waiting) return waiting
  const entry = (await folder.dir.read()) as (Omit<Dirent, 'name'> & { name: Buffer }) | null
  return entry?.name
}

function release(opened: Opened): Promise<void> {
  return opened.type === 'file' ? opened.file.close() : opened.dir.close()
}
