// The kernel's refusals as errors with a code that a person understands.

import { type ErrorCode, SkeinError } from '#protocol/errors.ts'

const codes: Record<string, ErrorCode> = {
  ENOENT: 'path_missing',
  EACCES: 'path_forbidden',
  EPERM: 'path_forbidden',
  ENOTDIR: 'path_not_folder',
  EISDIR: 'path_is_folder',
  EEXIST: 'path_exists',
  ENOTEMPTY: 'path_not_empty',
  ELOOP: 'path_loops',
  EROFS: 'path_read_only',
  EXDEV: 'other_disk',
  ENOSPC: 'disk_full',
  EDQUOT: 'disk_full',
}

const invalid: Record<string, string> = {
  ENAMETOOLONG: 'it or a name in it is too long',
  EINVAL: 'a folder cannot be put into itself',
}

const reasons: Record<string, string> = {
  ENXIO: 'nobody reads from it',
  EFBIG: 'it would be larger than is allowed here',
  EIO: 'its disk failed',
  EBUSY: 'it is in use, for example as a mount',
  ETXTBSY: 'it is a program that runs',
}

/** Whatever an operation on `path` failed with. A SkeinError stays as it is. */
export function fileFailure(path: string, caught: unknown): SkeinError {
  if (caught instanceof SkeinError) return caught
  const code = (caught as NodeJS.ErrnoException | undefined)?.code ?? ''
  const known = codes[code]
  if (known) return new SkeinError(known, { path }, caught)
  const why = invalid[code]
  if (why) return new SkeinError('path_invalid', { path: path.slice(0, 200), reason: why }, caught)
  return new SkeinError(
    'file_failed',
    { path, reason: reasons[code] ?? (code || 'unknown') },
    caught,
  )
}
