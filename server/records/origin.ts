// The identity under which a database writes.

import type { Random } from '../clock.ts'

/** 64 random bits: it must never meet itself, in no copy and no other cluster. */
const ORIGIN_BYTES = 8

export const freshOrigin = (random: Random): string =>
  Buffer.from(random(ORIGIN_BYTES)).toString('hex')
