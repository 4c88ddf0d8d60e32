import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { it } from 'node:test'
import { demultiplex, jsonLines, lastLines } from './lines.ts'
import { PullCounter } from './pull.ts'

it('lines are found however the stream is cut, and half a line at the end is left out', async () => {
  const text = Buffer.from('{"a":"ä"}\n\n{"b":2}\n{"c"')
  for (let at = 0; at <= text.length; at++) {
    const stream = Readable.from([text.subarray(0, at), text.subarray(at)])
    assert.deepEqual(await Readable.from(jsonLines(stream)).toArray(), [{ a: 'ä' }, { b: 2 }])
  }
})

it('a line without end is refused', async () => {
  const stream = Readable.from([Buffer.alloc(2 * 1024 * 1024, 'x')])
  await assert.rejects(Readable.from(jsonLines(stream)).toArray(), /line without end/)
})

it('a log’s two outputs become one text, and a cut chunk gives what is there', () => {
  const chunk = (text: string) => {
    const header = Buffer.alloc(8)
    header.writeUInt32BE(text.length, 4)
    return Buffer.concat([header, Buffer.from(text)])
  }
  const log = Buffer.concat([chunk('out\n'), chunk('err\n')])
  assert.equal(demultiplex(log), 'out\nerr\n')
  assert.equal(demultiplex(log.subarray(0, -2)), 'out\ner')
})

it('a log’s last lines come without escapes and empty lines', () => {
  assert.deepEqual(lastLines('one\n\u001b[31mtwo\u001b[0m\r\n\n three\u0007', 2), ['two', ' three'])
})

it('a pull’s bytes only grow, and extraction does not count again', () => {
  const counter = new PullCounter()
  const line = (id: string, status: string, current?: number, total?: number) =>
    counter.add({ id, status, progressDetail: { current, total } })
  line('a', 'Pulling fs layer')
  assert.deepEqual(line('a', 'Downloading', 10, 100), { doneBytes: 10, totalBytes: 100 })
  assert.deepEqual(line('b', 'Downloading', 5, 50), { doneBytes: 15, totalBytes: 150 })
  assert.deepEqual(line('a', 'Download complete'), { doneBytes: 105, totalBytes: 150 })
  assert.equal(line('a', 'Extracting', 3, 100), undefined)
  assert.deepEqual(line('b', 'Pull complete'), { doneBytes: 150, totalBytes: 150 })
})
