// Starts somebody who floods an app (flood-program.ts) as a process of its own, and waits for the end.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { yieldToOthers } from '../../ssh/testing/yielding.ts'

export interface AppFlood {
  readonly port: number
  /** As bytes, with its empty line. */
  readonly request: string
  readonly connections: number
  /** Longer where fewer answers than `least` have come by then. */
  readonly ms: number
  readonly least: number
}

export interface AppAttack {
  readonly answers: number
  readonly perSecond: number
}

/** Beyond the flood's own time, ms. */
const PATIENCE_MS = 60_000

/** Resolves with how much came of it. Rejects when it fails, or does not end. */
export async function floodApp(flood: AppFlood): Promise<AppAttack> {
  const program = new URL('./flood-program.ts', import.meta.url).pathname
  const child = fork(program, { execArgv: [], detached: true })
  yieldToOthers(child)
  child.send(flood)
  let attack: AppAttack | undefined
  child.on('message', (said: AppAttack) => {
    attack = said
  })
  const late = setTimeout(() => child.kill('SIGKILL'), flood.ms + PATIENCE_MS)
  const [code] = (await once(child, 'exit')) as [number | null]
  clearTimeout(late)
  if (attack === undefined) throw new Error(`the attacker ended with ${code}`)
  return attack
}
