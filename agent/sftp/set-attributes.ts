// Sets a file's attributes, by its handle or by its path: the size first, since that changes the time.

import type { FileHandle } from 'node:fs/promises'
import * as fs from 'node:fs/promises'
import type { WantedAttributes } from './attributes.ts'
import { SftpFailure, Status } from './codec.ts'

export async function applyToFile(file: FileHandle, wanted: WantedAttributes): Promise<void> {
  const { size, permissions, times, owner } = wanted
  if (size !== undefined) await file.truncate(size)
  if (permissions !== undefined) await file.chmod(permissions)
  if (times) await file.utimes(times.accessed, times.modified)
  if (owner) await file.chown(owner.uid, owner.gid)
}

/** Follows links. */
export async function applyToPath(path: Buffer, wanted: WantedAttributes): Promise<void> {
  const { size, permissions, times, owner } = wanted
  if (size !== undefined) await fs.truncate(path, size)
  if (permissions !== undefined) await fs.chmod(path, permissions)
  if (times) await fs.utimes(path, times.accessed, times.modified)
  if (owner) await fs.chown(path, owner.uid, owner.gid)
}

/** Of a link itself; Linux gives links no permissions and no size. */
export async function applyToLink(path: Buffer, wanted: WantedAttributes): Promise<void> {
  const { permissions, times, owner } = wanted
  const isLink = (await fs.lstat(path)).isSymbolicLink()
  if (wanted.size !== undefined || (permissions !== undefined && isLink)) {
    throw new SftpFailure(Status.unsupported, 'a link has no permissions and no size to set')
  }
  if (permissions !== undefined) await fs.chmod(path, permissions)
  if (times) await fs.lutimes(path, times.accessed, times.modified)
  if (owner) await fs.lchown(path, owner.uid, owner.gid)
}
