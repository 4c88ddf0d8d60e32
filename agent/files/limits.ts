// How much one file operation may do. Tests give smaller ones.

export interface FileLimits {
  /** Things in one archive. */
  readonly entries: number
  /** All file bytes of one archive; more than a home folder should hold, less than a disk. */
  readonly archiveBytes: number
  /** Folders inside folders. */
  readonly depth: number
  /** JSON of one page of a listing; an `opened` frame carries at most 64 kB. */
  readonly pageBytes: number
  /** What an unpacked archive left out, by name; beyond it only their number is told. */
  readonly skippedNames: number
}

export const FILE_LIMITS: FileLimits = {
  entries: 200_000,
  archiveBytes: 8 * 1024 ** 3,
  depth: 100,
  pageBytes: 48 * 1024,
  skippedNames: 100,
}
