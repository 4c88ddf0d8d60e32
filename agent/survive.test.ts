import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ErrorBudget, MAX_ERRORS_A_MINUTE } from './survive.ts'

test('an agent goes on after errors, but not after a flood of them', () => {
  const budget = new ErrorBudget()
  for (let i = 0; i < MAX_ERRORS_A_MINUTE; i++) assert.ok(budget.spend(i))
  assert.ok(!budget.spend(1000))
  assert.ok(budget.spend(120_000))
})
