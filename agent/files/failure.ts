// The kernel's refusals as errors with a code that a person understands.

import { type ErrorCode, SkeinError } from '#protocol/errors.ts'

const codes: Record<string, ErrorCode> = {
  ENOENT: 'path_missing',
  ENOTDIR: 'path_missing',
  EACCES: 'path_forbidden',
  EPERM: 'path_forbidden',
}

const reasons: Record<string, string> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EISDIR: 'it is a folder',
  EEXIST: 'it exists already',
  ENOTEMPTY: 'the folder is not empty',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'too many links lead to one another',
  EXDEV: 'the other path is on another file system',
  ENXIO: 'nobody reads from it',
}

/** Whatever an operation on `path` failed with. A SkeinError stays as it is. */
export function fileFailure(path: string, caught: unknown): SkeinError {
  if (caught instanceof SkeinError) return caught
  const code = (caught as NodeJS.ErrnoException | undefined)?.code ?? ''
  const known = codes[code]
  if (known) return new SkeinError(known, { path }, caught)
  return new SkeinError(
    'file_failed',
    { path, reason: reasons[code] ?? (code || 'unknown') },
    caught,
  )
}
