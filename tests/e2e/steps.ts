// A walk through a real server in steps, each a test that goes on from where the one before came to.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'

/** After a step that failed the others would only wait for nothing. `describe` says what was seen by then. */
export function stepsOf(describe: () => Promise<string>) {
  let stuck = false
  return (name: string, work: () => Promise<void>): void => {
    test(name, async (t: TestContext) => {
      assert.ok(!stuck, 'an earlier step failed')
      stuck = true
      await work().catch(async (error: unknown) => {
        t.diagnostic(await describe())
        throw error
      })
      stuck = false
    })
  }
}
