// Requests on paths: opening, attributes, folders, links, names.

import { constants, type Stats } from 'node:fs'
import * as fs from 'node:fs/promises'
import { encodeAttributes, noAttributes, readAttributes } from './attributes.ts'
import { PacketType, packet, SftpFailure, Status, statusPacket, text, u32 } from './codec.ts'
import type { Request } from './context.ts'
import { openedFile, openedFolder } from './handles.ts'
import { applyToLink, applyToPath } from './set-attributes.ts'

const Pflag = { read: 1, write: 2, append: 4, create: 8, truncate: 16, exclusive: 32 } as const

/** Names read from the kernel at once. */
const FOLDER_BUFFER = 128

/** A request that answers with a status when it is done: one after the other. */
function serial(work: (path: Buffer, ...rest: Parameters<Request>) => Promise<unknown>): Request {
  return (id, fields, sftp) => {
    const path = sftp.paths.locate(fields.string())
    return sftp.pathOrder.run(async () => {
      await work(path, id, fields, sftp)
      return statusPacket(id, Status.ok, 'done')
    })
  }
}

export const open: Request = (id, fields, { paths, handles, pathOrder }) => {
  const path = paths.locate(fields.string())
  const pflags = fields.u32()
  const { permissions = 0o666 } = readAttributes(fields)
  return pathOrder.run(async () => {
    const handle = await handles.add(async () => {
      const file = await fs.open(path, openFlags(pflags), permissions)
      return openedFile(file, (pflags & Pflag.append) !== 0)
    })
    return packet(PacketType.handle, u32(id), text(handle))
  })
}

/** Never waits for the other end of a pipe nor for a modem: a thread that did would be lost to everybody. */
function openFlags(pflags: number): number {
  const has = (flag: number) => (pflags & flag) !== 0
  const access = has(Pflag.write)
    ? has(Pflag.read)
      ? constants.O_RDWR
      : constants.O_WRONLY
    : constants.O_RDONLY
  return (
    access |
    constants.O_NONBLOCK |
    constants.O_NOCTTY |
    (has(Pflag.append) ? constants.O_APPEND : 0) |
    (has(Pflag.create) ? constants.O_CREAT : 0) |
    (has(Pflag.truncate) ? constants.O_TRUNC : 0) |
    (has(Pflag.exclusive) ? constants.O_EXCL : 0)
  )
}

export const opendir: Request = (id, fields, { paths, handles, pathOrder }) => {
  const path = paths.locate(fields.string())
  return pathOrder.run(async () => {
    const handle = await handles.add(async () => {
      // `buffer` is taken and gives names in bytes; the declared type does not know it.
      const encoding = 'buffer' as BufferEncoding
      return openedFolder(path, await fs.opendir(path, { encoding, bufferSize: FOLDER_BUFFER }))
    })
    return packet(PacketType.handle, u32(id), text(handle))
  })
}

const attributesOf =
  (look: (path: Buffer) => Promise<Stats>): Request =>
  (id, fields, { paths, pathOrder }) => {
    const path = paths.locate(fields.string())
    return pathOrder.run(async () =>
      packet(PacketType.attrs, u32(id), encodeAttributes(await look(path))),
    )
  }

export const stat = attributesOf((path) => fs.stat(path))
export const lstat = attributesOf((path) => fs.lstat(path))

function setting(apply: typeof applyToPath): Request {
  return (id, fields, { paths, pathOrder }) => {
    const path = paths.locate(fields.string())
    const wanted = readAttributes(fields)
    return pathOrder.run(async () => {
      await apply(path, wanted)
      return statusPacket(id, Status.ok, 'done')
    })
  }
}

export const setstat = setting(applyToPath)
export const lsetstat = setting(applyToLink)

export const mkdir: Request = (id, fields, sftp) => {
  const path = sftp.paths.locate(fields.string())
  const { permissions = 0o777 } = readAttributes(fields)
  return sftp.pathOrder.run(async () => {
    await fs.mkdir(path, permissions)
    return statusPacket(id, Status.ok, 'done')
  })
}

export const rmdir = serial((path) => fs.rmdir(path))
export const remove = serial((path) => fs.unlink(path))

/** Two paths, the first of them the old one. */
function pair(work: (from: Buffer, to: Buffer) => Promise<unknown>): Request {
  return (id, fields, { paths, pathOrder }) => {
    const from = paths.locate(fields.string())
    const to = paths.locate(fields.string())
    return pathOrder.run(async () => {
      await work(from, to)
      return statusPacket(id, Status.ok, 'done')
    })
  }
}

export const posixRename = pair((from, to) => fs.rename(from, to))
export const hardlink = pair((from, to) => fs.link(from, to))

/** In version 3 a rename replaces nothing. A link is made only where nothing stands, which a look before is not. */
export const rename = pair(async (from, to) => {
  if ((await fs.lstat(from)).isFile() && (await tryLink(from, to))) return fs.unlink(from)
  if (await exists(to)) throw new SftpFailure(Status.failure, 'the new name exists already')
  return fs.rename(from, to)
})

/** False on file systems without hard links. */
async function tryLink(from: Buffer, to: Buffer): Promise<boolean> {
  try {
    await fs.link(from, to)
    return true
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (['EPERM', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(code)) return false
    throw error
  }
}

async function exists(path: Buffer): Promise<boolean> {
  try {
    await fs.lstat(path)
    return true
  } catch {
    return false
  }
}

/** OpenSSH has the two the other way round than the draft: where it leads first, and that as it is written. */
export const symlink: Request = (id, fields, { paths, pathOrder }) => {
  const target = fields.string()
  const path = paths.locate(fields.string())
  if (target.includes(0)) throw new SftpFailure(Status.noSuchFile, 'a zero byte in the path')
  return pathOrder.run(async () => {
    await fs.symlink(target, path)
    return statusPacket(id, Status.ok, 'done')
  })
}

export const readlink: Request = (id, fields, { paths, pathOrder }) => {
  const path = paths.locate(fields.string())
  return pathOrder.run(async () => onlyName(id, await fs.readlink(path, 'buffer')))
}

export const realpath: Request = (id, fields, { paths, pathOrder }) => {
  const path = fields.string()
  return pathOrder.run(async () => onlyName(id, await paths.real(path)))
}

export const expandPath: Request = (id, fields, { paths, pathOrder }) => {
  const path = fields.string()
  return pathOrder.run(async () => onlyName(id, await paths.real(paths.expand(path))))
}

const onlyName = (id: number, name: Buffer) =>
  packet(PacketType.name, u32(id), u32(1), text(name), text(name), noAttributes)
