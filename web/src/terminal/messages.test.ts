import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as checked from '#protocol/numbered/messages.ts'
import * as small from './messages.ts'

const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))

/** What a reader makes of a value: its answer, or that it refuses. */
function outcome(read: (body: Uint8Array) => unknown, value: unknown): unknown {
  try {
    const answer = read(bytes(value))
    return answer instanceof Error ? [answer.message, (answer as { code?: string }).code] : answer
  } catch {
    return 'refused'
  }
}

const attached = { run: 'r', mode: 'resume', from: 0, heard: 7, cols: 80, rows: 24 }
const strange = [null, [], 'x', 1, {}, { code: {} }, { labels: [1] }]

const cases = {
  readAttached: [
    attached,
    { ...attached, extra: true },
    { ...attached, run: '' },
    { ...attached, run: 'r'.repeat(65) },
    { ...attached, mode: 'other' },
    { ...attached, from: -1 },
    { ...attached, heard: 1.5 },
    { ...attached, cols: 1 },
    { ...attached, rows: 501 },
  ],
  readEnded: [
    {},
    { status: 0 },
    { signal: 'SIGKILL' },
    { status: '0' },
    { signal: 'x'.repeat(33) },
  ],
  readViewers: [
    { count: 2, labels: ['ada', 'bob'] },
    { count: -1, labels: [] },
    { count: 1 },
    { count: 1, labels: ['x'.repeat(65)] },
    { count: 1, labels: Array.from({ length: 1001 }, () => 'a') },
  ],
  readError: [
    { code: 'terminal_gone' },
    { code: 'too_many_terminals', details: { limit: 9 } },
    { code: 'never heard of', details: {} },
    { code: 'internal', details: { requestId: 'q' } },
    { code: 'internal' },
    { code: 'x'.repeat(65) },
    { code: 'timeout', details: { thing: true } },
  ],
} as const

for (const [name, values] of Object.entries(cases)) {
  const reader = name as keyof typeof cases
  test(`the browser's ${name} takes and refuses what the protocol's does`, () => {
    for (const value of [...values, ...strange]) {
      const told = JSON.stringify(value)?.slice(0, 80)
      // biome-ignore lint/performance/noDynamicNamespaceImportAccess: a test is not bundled
      assert.deepEqual(outcome(small[reader], value), outcome(checked[reader], value), told)
    }
  })
}
