// Failures of finding a space its host, and of giving one up. See errors.ts.

import { row } from './row.ts'

export const placementErrors = {
  no_host_fits: row(
    409,
    'No host can take this space: {reasons}.',
    'Ask for less, choose another host, or let an administrator add one that fits.',
  ),
  space_not_waiting: row(
    409,
    'The host of this space answers, so the space need not be forgotten.',
    'Delete it: then its containers and volumes go as well.',
  ),
} as const
