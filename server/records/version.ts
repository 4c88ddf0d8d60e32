// The order of writes. The latest of two writes of one group wins everywhere, so the order is total: two peers on one
// database share an origin and an instant, and only the sequence number tells their writes apart.

import type { Version } from './records.ts'

/** Below 0 when `a` is older: by epoch, then clock, origin and sequence number. */
export function compareVersions(a: Version, b: Version): number {
  if (a === b) return 0
  if (a.epoch !== b.epoch) return a.epoch - b.epoch
  if (a.hlc !== b.hlc) return a.hlc < b.hlc ? -1 : 1
  if (a.origin !== b.origin) return a.origin < b.origin ? -1 : 1
  return a.seq - b.seq
}

export function sameVersion(a: Version | undefined, b: Version | undefined): boolean {
  return a !== undefined && b !== undefined && compareVersions(a, b) === 0
}

/** The latest of a row's groups. */
export function latestVersion(versions: Iterable<Version | undefined>): Version | undefined {
  let latest: Version | undefined
  for (const version of versions) {
    if (version && (!latest || compareVersions(version, latest) > 0)) latest = version
  }
  return latest
}
