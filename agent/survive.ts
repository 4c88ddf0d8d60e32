// An agent that dies takes its container and every terminal with it, so an error that nobody caught is logged and the
// agent goes on: streams share nothing but the parts in context.ts. Only a flood of them ends it, since an agent in an
// endless loop of errors serves nobody.

import type { Log } from './log.ts'

/** Errors that nobody caught, in one minute, before the agent gives up. */
export const MAX_ERRORS_A_MINUTE = 200
const MINUTE_MS = 60_000

export class ErrorBudget {
  #sinceMs = 0
  #count = 0

  /** Whether the agent may go on after one more error. */
  spend(nowMs: number): boolean {
    if (nowMs - this.#sinceMs > MINUTE_MS) {
      this.#sinceMs = nowMs
      this.#count = 0
    }
    this.#count++
    return this.#count <= MAX_ERRORS_A_MINUTE
  }
}

export function surviveErrors(log: Log): void {
  const budget = new ErrorBudget()
  const take = (error: unknown) => {
    log.error('an error that nobody caught', { error })
    if (budget.spend(performance.now())) return
    log.error('too many errors; the agent ends')
    process.exit(1)
  }
  process.on('uncaughtException', take)
  process.on('unhandledRejection', take)
  // The container's log may be closed or full; a write to it must not end the agent.
  for (const output of [process.stdout, process.stderr]) output.on('error', () => undefined)
}
