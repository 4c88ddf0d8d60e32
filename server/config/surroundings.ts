// Where this process runs, as far as a setting's default depends on it.

import { existsSync } from 'node:fs'
import { ownFile } from '../program-folder.ts'
import type { Surroundings } from './settings.ts'

/** What `npm start` uses beside the program, so that every other command finds the same server without a flag. */
const OWN_DATA = ownFile('.skein')

export function surroundings(env: Surroundings['env'] = process.env): Surroundings {
  const here = { env, isRoot: process.getuid?.() === 0 }
  return existsSync(OWN_DATA) ? { ...here, ownData: OWN_DATA } : here
}
