// Where this process runs, as far as a setting's default depends on it.

import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Surroundings } from './settings.ts'

/** What `npm start` uses beside the program, so that every other command finds the same server without a flag. */
const OWN_DATA = fileURLToPath(new URL('../../.skein', import.meta.url))

export function surroundings(env: Surroundings['env'] = process.env): Surroundings {
  const here = { env, isRoot: process.getuid?.() === 0 }
  return existsSync(OWN_DATA) ? { ...here, ownData: OWN_DATA } : here
}
