// The scripts that Redis runs, each as one command that nothing comes between. They are sent by their hash; a server that does not know one
// yet (a new one, or one that was restarted) is sent the text.

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { ownFile } from '../../program-folder.ts'
import type { Keys } from './names.ts'

export interface Script {
  readonly text: string
  readonly hash: string
  readonly keys: readonly (keyof Keys)[]
}

const script = (name: string, keys: readonly (keyof Keys)[]): Script => {
  const text = readFileSync(ownFile(`server/store/redis/scripts/${name}.lua`), 'utf8')
  return { text, hash: createHash('sha1').update(text).digest('hex'), keys }
}

/** Their keys are in the order in which the scripts unpack them. */
export const SCRIPTS = {
  commit: script('commit', [
    'meta',
    'elements',
    'revisions',
    'dots',
    'entries',
    'order',
    'commits',
    'gone',
  ]),
  page: script('page', ['meta', 'elements', 'revisions', 'commits', 'gone']),
  spans: script('spans', ['elements', 'dots', 'entries']),
  stream: script('stream', ['entries', 'order']),
  sweep: script('sweep', ['dots', 'entries', 'order']),
} as const
