import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stays } from './glare.ts'

/** The line that is kept when these open one after the other, a second apart. */
function kept(...dialledByLower: readonly boolean[]): boolean | undefined {
  let standing: boolean | undefined
  for (const [second, isLowers] of dialledByLower.entries()) {
    const former = standing !== undefined && { isLowers: standing, isOpen: true, sinceMs: 0 }
    if (!former || !stays(former, isLowers, second * 1000)) standing = isLowers
  }
  return standing
}

test('two that dial each other at once keep the same line, whatever order they meet them in', () => {
  assert.equal(kept(true, false), true)
  assert.equal(kept(false, true), true)
})

test('whoever dials again later has lost the line that stood', () => {
  assert.equal(stays({ isLowers: true, isOpen: true, sinceMs: 0 }, false, 60_000), false)
  assert.equal(stays({ isLowers: true, isOpen: false, sinceMs: 0 }, false, 1000), false)
  assert.equal(stays({ isLowers: true, isOpen: true, sinceMs: 0 }, true, 1000), false)
})
