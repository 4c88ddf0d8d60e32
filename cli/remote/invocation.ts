// The words by which ssh can run this very program again: both paths absolute, since ssh's KnownHostsCommand has no
// PATH to search.

import { realpath } from 'node:fs/promises'
import type { SkeinCommand } from './ssh-host.ts'

export async function skeinCommand(server: string): Promise<SkeinCommand> {
  const [, script = ''] = process.argv
  return { words: [process.execPath, await realpath(script)], server }
}
