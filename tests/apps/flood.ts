// Starts somebody who floods an app (flood-program.ts) as a process of its own, and waits for the end.

import { fork } from 'node:child_process'
import { once } from 'node:events'

export interface AppFlood {
  readonly port: number
  /** As bytes, with its empty line. */
  readonly request: string
  readonly connections: number
  readonly ms: number
}

/** Beyond the flood's own time, ms. */
const PATIENCE_MS = 60_000

/** Resolves with the number of answers. Rejects when it fails, or does not end. */
export async function floodApp(flood: AppFlood): Promise<number> {
  const program = new URL('./flood-program.ts', import.meta.url).pathname
  const child = fork(program, [JSON.stringify(flood)], { execArgv: [] })
  let answers: number | undefined
  child.on('message', (said: 'begun' | { readonly answers: number }) => {
    if (said !== 'begun') answers = said.answers
  })
  const late = setTimeout(() => child.kill('SIGKILL'), flood.ms + PATIENCE_MS)
  const [code] = (await once(child, 'exit')) as [number | null]
  clearTimeout(late)
  if (answers === undefined) throw new Error(`the attacker ended with ${code}`)
  return answers
}
