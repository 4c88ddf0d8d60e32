// Starts a hostile client as a process of its own (flood-program.ts) and waits for its end.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { soon } from './soon.ts'
import { yieldToOthers } from './yielding.ts'

export const FLOODS = [
  'packets that say nothing',
  'messages of no known type',
  'input of single bytes',
  'sizes of a terminal',
  'requests that nobody knows',
  'channels past the limit',
] as const
export type Flood = (typeof FLOODS)[number]

export interface FloodOrder {
  readonly port: number
  readonly username: string
  readonly privateKey: string
  readonly flood: Flood
  /** At once, all of which send. */
  readonly connections: number
  /** From when all are logged in; longer where fewer packets than `least` have left by then. */
  readonly ms: number
  readonly least: number
}

export interface Attack {
  readonly packets: number
  readonly perSecond: number
}

/** `begun` resolves when the first packet leaves, `over` with how much came of it. Both reject when it fails. */
export function flood(order: FloodOrder): {
  readonly begun: Promise<void>
  readonly over: Promise<Attack>
} {
  const program = new URL('./flood-program.ts', import.meta.url).pathname
  const child = fork(program, [JSON.stringify(order)], { execArgv: [], detached: true })
  yieldToOthers(child)
  const begun = Promise.withResolvers<void>()
  const over = Promise.withResolvers<Attack>()
  child.on('message', (said: 'begun' | Attack) => {
    if (said === 'begun') begun.resolve()
    else over.resolve(said)
  })
  child.once('exit', (code) => {
    const error = new Error(`the attacker ended with ${code} before it was told to`)
    begun.reject(error)
    over.reject(error)
  })
  begun.promise.catch(() => undefined)
  over.promise.catch(() => undefined)
  return {
    begun: soon(begun.promise, 'the login of the attacker'),
    over: ended(over.promise, child),
  }
}

async function ended(over: Promise<Attack>, child: ReturnType<typeof fork>): Promise<Attack> {
  try {
    return await soon(over, 'the end of the attack')
  } finally {
    if (child.exitCode === null) {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
  }
}
