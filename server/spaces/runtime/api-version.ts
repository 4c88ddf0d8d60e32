// Which version of Docker's API is spoken with an engine. Pure.

import { SkeinError } from '#protocol/errors.ts'

/** The API that we speak where the engine knows it (Docker 20.10 and newer). */
const API_VERSION = '1.41'

/** Ours where the engine still speaks it, else the oldest that it speaks. */
export function chooseVersion(oldest: string, newest: string): string {
  if (compareVersions(newest, API_VERSION) < 0) {
    throw new SkeinError('engine_refused', {
      reason: `its API ${newest} is older than ${API_VERSION} (Docker 20.10)`,
    })
  }
  return compareVersions(oldest, API_VERSION) > 0 ? oldest : API_VERSION
}

function compareVersions(left: string, right: string): number {
  const [a = [], b = []] = [left, right].map((version) => version.split('.').map(Number))
  return (a[0] ?? 0) - (b[0] ?? 0) || (a[1] ?? 0) - (b[1] ?? 0)
}
