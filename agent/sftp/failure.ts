// The kernel's refusals in SFTP's few words. The message says what the status cannot; clients show it in their logs.

import { SftpFailure, Status } from './codec.ts'

const STATUS_OF: Record<string, Status> = {
  ENOENT: Status.noSuchFile,
  ENOTDIR: Status.noSuchFile,
  ELOOP: Status.noSuchFile,
  EBADF: Status.noSuchFile,
  EACCES: Status.permissionDenied,
  EPERM: Status.permissionDenied,
  EFAULT: Status.permissionDenied,
  EINVAL: Status.badMessage,
  ENAMETOOLONG: Status.badMessage,
  ENOSYS: Status.unsupported,
  EOPNOTSUPP: Status.unsupported,
}

const MESSAGES: Record<string, string> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'a part of the path is no folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EEXIST: 'it exists already',
  ENOTEMPTY: 'the folder is not empty',
  EISDIR: 'it is a folder',
  EXDEV: 'the other path is on another file system',
  EMFILE: 'too many files are open',
}

/** Undefined for what no system call says: a bug, which must not be taken for an answer. */
export function toFailure(caught: unknown): SftpFailure | undefined {
  if (caught instanceof SftpFailure) return caught
  const { code, syscall } = (caught ?? {}) as NodeJS.ErrnoException
  if (code === undefined || syscall === undefined) return undefined
  return new SftpFailure(STATUS_OF[code] ?? Status.failure, MESSAGES[code] ?? code)
}
