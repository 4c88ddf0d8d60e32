import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { type Duplex, duplexPair, PassThrough, Readable } from 'node:stream'
import { after, test } from 'node:test'
import { FarSide } from '../../tests/support/cli/far-side.ts'
import { eventually } from '../../tests/support/eventually.ts'
import { Carrier } from './carrier.ts'
import { openSocket } from './socket.ts'

const PIECE = 64 * 1024
const sides: FarSide[] = []
after(() => {
  for (const side of sides) side.close()
})

async function carried(program: () => Duplex) {
  const side = new FarSide(program)
  sides.push(side)
  const origin = await side.ready()
  const [near, far] = duplexPair()
  const said: string[] = []
  const carrier = new Carrier({
    near: { readable: far, writable: far },
    open: () => openSocket({ origin }, '/connect'),
    say: (line) => said.push(line),
  })
  return { side, near, carrier, said }
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
const echo = () => new PassThrough()

test('bytes go both ways through many cuts, each once and in order', async () => {
  const { side, near, carrier, said } = await carried(echo)
  const running = carrier.run()
  const sent = randomBytes(12_000_000)
  const came: Buffer[] = []
  let length = 0
  near.on('data', (chunk: Buffer) => {
    came.push(chunk)
    length += chunk.length
  })
  // As a pipe gives them.
  const pieces = Array.from({ length: Math.ceil(sent.length / PIECE) }, (_, i) =>
    sent.subarray(i * PIECE, (i + 1) * PIECE),
  )
  Readable.from(pieces).pipe(near)
  for (let cut = 1; cut <= 8; cut++) {
    await eventually(() => length > cut * 1_000_000, {
      timeoutMs: 20_000,
      what: `bytes before cut ${cut}`,
    })
    side.cut()
  }
  await running
  await eventually(() => length === sent.length, { timeoutMs: 5000, what: 'the last bytes' })
  assert.equal(sha256(Buffer.concat(came)), sha256(sent))
  assert.ok(side.connections > 2)
  assert.ok(said.includes('connected again; nothing was lost'))
})

test('a near side that does not read stops the far one, and loses nothing', async () => {
  const source = new PassThrough({ highWaterMark: 1024 })
  const { side, near, carrier } = await carried(() => source)
  const running = carrier.run()
  let written = 0
  const chunk = randomBytes(64 * 1024)
  const fill = (): void => {
    while (written < 16_000_000 && source.write(chunk)) written += chunk.length
  }
  source.on('drain', fill)
  fill()
  const [run] = await eventually(() => side.runs.size > 0 && [...side.runs.values()], {
    timeoutMs: 5000,
    what: 'the run',
  })
  await eventually(() => run?.kept.isFull, { timeoutMs: 10_000, what: 'the far side to wait' })
  side.cut()
  near.destroy()
  carrier.cancel()
  await running
})

test('an end of input reaches the program, which may answer after it', async () => {
  const program = (): Duplex => {
    const [inner, outer] = duplexPair({ allowHalfOpen: true })
    const heard: Buffer[] = []
    inner.on('data', (chunk: Buffer) => heard.push(chunk))
    inner.once('end', () => inner.end(`heard ${Buffer.concat(heard)}`))
    return outer
  }
  const { near, carrier } = await carried(program)
  const running = carrier.run()
  near.end('everything')
  const answer: Buffer[] = []
  near.on('data', (chunk: Buffer) => answer.push(chunk))
  await running
  await eventually(() => Buffer.concat(answer).toString() === 'heard everything', {
    timeoutMs: 5000,
    what: 'the answer',
  })
})

test('a far side that forgot the stream ends it and says what may be lost', async () => {
  const { side, near, carrier } = await carried(echo)
  const running = carrier.run()
  near.resume()
  near.write('x')
  await eventually(() => side.runs.size === 1, { timeoutMs: 5000, what: 'the run' })
  side.forget()
  await assert.rejects(running, { code: 'stream_gone' })
})

test('a refusal that trying again cannot mend ends it at once, one that passes does not', async () => {
  const first = await carried(echo)
  first.side.refusal = { code: 'nothing_listens', details: { port: '80' } }
  await assert.rejects(first.carrier.run(), { code: 'nothing_listens' })
  assert.equal(first.side.connections, 1)
  const second = await carried(echo)
  second.side.refusal = { code: 'agent_not_linked', details: {} }
  const running = second.carrier.run()
  await eventually(() => second.side.connections > 2, { timeoutMs: 5000, what: 'a third try' })
  second.side.refusal = undefined
  second.near.resume()
  second.near.end('x')
  await running
})
