import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MAX_REPORT_LINE_BYTES } from '#protocol/report.ts'
import { MAX_UNKNOWN_LINES, ReportLines } from './report-lines.ts'

const line = (value: unknown) => Buffer.from(`${JSON.stringify(value)}\n`)
const terminals = (count: number) => ({ type: 'terminals', count })
const read = (lines: ReportLines, bytes: Buffer) => [...lines.read(bytes)]

test('reports may be cut anywhere', () => {
  const bytes = Buffer.concat([line(terminals(1)), line(terminals(2))])
  for (let size = 1; size <= bytes.length; size++) {
    const lines = new ReportLines()
    const heard = []
    for (let at = 0; at < bytes.length; at += size) {
      heard.push(...read(lines, bytes.subarray(at, at + size)))
    }
    assert.deepEqual(heard, [terminals(1), terminals(2)])
  }
})

test('a report of a later version is passed over, and what follows it is heard', () => {
  const bytes = Buffer.concat([
    line({ type: 'weather', sunny: true }),
    line({ type: 'ports', ports: [{ port: 0 }] }),
    Buffer.from('not JSON\n'),
    line(terminals(3)),
  ])
  assert.deepEqual(read(new ReportLines(), bytes), [terminals(3)])
})

test('one that sends nothing else is not read for ever', () => {
  const lines = new ReportLines()
  const unknown = Buffer.from('{}\n'.repeat(MAX_UNKNOWN_LINES))
  assert.deepEqual(read(lines, unknown), [])
  assert.throws(() => read(lines, line({})), { code: 'frame_invalid' })
})

test('a line that does not end is refused before it is held', () => {
  const lines = new ReportLines()
  assert.deepEqual(read(lines, Buffer.alloc(MAX_REPORT_LINE_BYTES, 'x')), [])
  assert.throws(() => read(lines, Buffer.from('x')), { code: 'too_large' })
})
