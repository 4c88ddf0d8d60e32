// A terminal full of numbered lines between two markers, and their checksum: a byte that is lost, doubled or moved shows.

import { createHash } from 'node:crypto'
import type { TestTerminal } from './terminal.ts'

/** Starts `seq` and returns the running checksum of what comes between its two markers. */
export async function startFlood(
  terminal: TestTerminal,
  lines: number,
): Promise<{ digest(): string }> {
  const hash = createHash('sha256')
  let state: 'before' | 'inside' | 'after' = 'before'
  let rest = ''
  terminal.onOutput = (bytes) => {
    rest += Buffer.from(bytes).toString('latin1')
    if (state === 'before') {
      const at = rest.indexOf('flood-began\r\n')
      if (at < 0) return
      rest = rest.slice(at + 'flood-began\r\n'.length)
      state = 'inside'
    }
    if (state !== 'inside') return
    const end = rest.indexOf('flood-ended')
    const ready = end < 0 ? rest.slice(0, Math.max(0, rest.length - 16)) : rest.slice(0, end)
    hash.update(ready, 'latin1')
    rest = rest.slice(ready.length)
    if (end >= 0) state = 'after'
  }
  terminal.type(`echo flood-''began; seq 1 ${lines}; echo flood-''ended\n`)
  await terminal.until(/flood-began|\d{4}\r\n/)
  return { digest: () => hash.copy().digest('hex') }
}

/** The checksum of a flood that came whole. */
export function expectedFlood(lines: number): string {
  const hash = createHash('sha256')
  for (let i = 1; i <= lines; i++) hash.update(`${i}\r\n`)
  return hash.digest('hex')
}
