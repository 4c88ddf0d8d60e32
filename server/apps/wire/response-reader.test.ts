// Every way of framing an answer, however its bytes are cut, and every answer that two readers could understand
// differently.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Head } from './head.ts'
import { MAX_HEAD_BYTES, ResponseReader, type ResponseSink } from './response-reader.ts'

class Heard implements ResponseSink {
  heads: Head[] = []
  interims: number[] = []
  text = ''
  trailers: readonly string[] | undefined
  raw: string | undefined
  interim(head: Head): void {
    this.interims.push(head.status)
  }
  head(head: Head): void {
    this.heads.push(head)
  }
  body(piece: Buffer): void {
    this.text += piece.toString('latin1')
  }
  end(trailers: readonly string[]): void {
    this.trailers = trailers
  }
  switched(head: Head, rest: Buffer): void {
    this.heads.push(head)
    this.raw = rest.toString()
  }
}

/** Reads `text` in pieces of `step` bytes. */
function read(text: string, { method = 'GET', step = 1e9, ended = false } = {}) {
  const reader = new ResponseReader()
  const heard = new Heard()
  reader.expect(method, heard)
  const bytes = Buffer.from(text, 'latin1')
  for (let at = 0; at < bytes.length; at += step) reader.push(bytes.subarray(at, at + step))
  if (ended) reader.ended()
  return { reader, heard }
}

const OK = 'HTTP/1.1 200 OK\r\n'
const answers: Record<string, [string, string, boolean]> = {
  'with a length': [`${OK}Content-Length: 5\r\n\r\nhello`, 'hello', true],
  'of chunks': [
    `${OK}Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n`,
    'hello',
    true,
  ],
  'without a body': [`${OK}Content-Length: 0\r\n\r\n`, '', true],
  'that closes': [`${OK}Connection: close\r\nContent-Length: 5\r\n\r\nhello`, 'hello', false],
  'of the older version': ['HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello', 'hello', false],
  'not modified': ['HTTP/1.1 304 \r\nContent-Length: 5\r\n\r\n', '', true],
}
for (const [name, [text, body, reusable]] of Object.entries(answers)) {
  test(`an answer ${name} is read however its bytes are cut`, () => {
    for (const step of [1, 2, 7, 1e9]) {
      const { heard, reader } = read(text, { step })
      assert.equal(heard.text, body)
      assert.deepEqual(heard.trailers, [])
      assert.equal(reader.reusable, reusable)
      assert.throws(() => reader.push(Buffer.from('x')), /nobody asked/, 'it is over')
    }
  })
}

test('trailers and interim answers are told apart from the rest', () => {
  const text = `HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${OK}Transfer-Encoding: chunked\r\n\r\n0\r\ngrpc-status: 0\r\n\r\n`
  for (const step of [1, 1e9]) {
    const { heard } = read(text, { step })
    assert.deepEqual(heard.interims, [103])
    assert.deepEqual(heard.trailers, ['grpc-status', '0'])
  }
})

test('the answer to HEAD has no body whatever its headers say', () => {
  const { heard, reader } = read(`${OK}Content-Length: 5\r\n\r\n`, { method: 'HEAD' })
  assert.deepEqual(heard.trailers, [])
  assert.throws(() => reader.push(Buffer.from('hello')), { code: 'app_answer_invalid' })
})

test('a body without a length ends with the connection', () => {
  const { heard, reader } = read(`${OK}\r\nhello`, { ended: true })
  assert.equal(heard.text, 'hello')
  assert.equal(reader.reusable, false)
})

test('what follows 101 is no HTTP', () => {
  const { heard } = read('HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\n\r\n\x81\x02hi')
  assert.equal(heard.raw?.length, 4)
})

const invalid: Record<string, string> = {
  'another protocol': 'SSH-2.0-OpenSSH\r\n\r\n',
  'no status': 'HTTP/1.1 OK\r\n\r\n',
  'two lengths': `${OK}Content-Length: 5\r\nContent-Length: 6\r\n\r\n`,
  'a signed length': `${OK}Content-Length: +5\r\n\r\n`,
  'a list of lengths': `${OK}Content-Length: 5, 5\r\n\r\n`,
  'a length and chunks': `${OK}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n`,
  'an unknown coding': `${OK}Transfer-Encoding: gzip, chunked\r\n\r\n`,
  'chunks twice': `${OK}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n`,
  'a folded header': `${OK}A: b\r\n c: d\r\n\r\n`,
  'a space before the colon': `${OK}Content-Length : 5\r\n\r\n`,
  'a header without a name': `${OK}: x\r\n\r\n`,
  'a bare return in a header': `${OK}A: b\rSet-Cookie: c=d\r\n\r\n`,
  'a zero byte in a header': `${OK}A: b\0c\r\n\r\n`,
  'a chunk of no size': `${OK}Transfer-Encoding: chunked\r\n\r\nxyz\r\n`,
  'a chunk of a negative size': `${OK}Transfer-Encoding: chunked\r\n\r\n-1\r\n`,
  'a chunk that lies about its size': `${OK}Transfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n`,
  'a chunk line without its return': `${OK}Transfer-Encoding: chunked\r\n\r\n2\nhe\r\n`,
  'a head without end': `${OK}A: ${'x'.repeat(MAX_HEAD_BYTES)}`,
  'a thousand headers': `${OK}${'A: b\r\n'.repeat(1000)}\r\n`,
  'a chunk extension without end': `${OK}Transfer-Encoding: chunked\r\n\r\n1;${'x'.repeat(5000)}`,
  'interim answers without end': 'HTTP/1.1 102 x\r\n\r\n'.repeat(50),
  'an answer that nobody asked for': `${OK}Content-Length: 0\r\n\r\n${OK}Content-Length: 0\r\n\r\n`,
}
for (const [name, text] of Object.entries(invalid)) {
  test(`an app that sends ${name} is not believed`, () => {
    assert.throws(() => read(text), { code: 'app_answer_invalid' })
    assert.throws(() => read(text, { step: 3 }), { code: 'app_answer_invalid' })
  })
}

test('an answer that is cut off is no answer', () => {
  for (const text of [
    OK,
    `${OK}Content-Length: 5\r\n\r\nhel`,
    `${OK}Transfer-Encoding: chunked\r\n\r\n3\r\nhel`,
  ]) {
    assert.throws(() => read(text, { ended: true }), { code: 'app_answer_invalid' })
  }
})
