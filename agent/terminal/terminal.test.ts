import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import { encodeAt, NumberedType } from '#protocol/numbered/frames.ts'
import { eventually, stands } from '../../tests/support/eventually.ts'
import { systemClock } from '../clock.ts'
import { KEEP_ENDED_MS, MAX_TERMINALS } from './terminals.ts'
import { Desk, type DeskOptions } from './testing/desk.ts'
import { openTerminals } from './testing/open.ts'

const sh = (script: string) => ['/bin/sh', '-c', script]
const CAT = sh('stty raw -echo; echo ready; cat')
const timeoutMs = 10_000

function openDesks(t: TestContext, over: Parameters<typeof openTerminals>[0] = {}) {
  const terminals = openTerminals(over)
  t.after(() => terminals.close())
  const open = (options: DeskOptions = {}) => new Desk(terminals, options).connect()
  return { terminals, open }
}

const shows = (desk: Desk, text: string) =>
  eventually(() => desk.text.includes(text), { timeoutMs, what: `the desk to show ${text}` })
const isTold = (desk: Desk, type: string) =>
  eventually(() => desk.events.find((event) => event.type === type), { timeoutMs, what: type })
const modes = (desk: Desk) =>
  desk.events.flatMap((event) => (event.type === 'attached' ? [event.mode] : []))

test('a terminal goes on without anybody and shows the same screen to whoever comes next', async (t) => {
  const { open } = openDesks(t)
  const first = open({ command: sh('echo before; read x; echo after $x; sleep 60') })
  await shows(first, 'before')
  first.type('word\r')
  await shows(first, 'after word')
  await first.leave()
  const second = open()
  await shows(second, 'after word')
  assert.deepEqual(modes(second), ['snapshot'])
  assert.match(second.text, /before\r\nword\r\nafter word/)
})

test('a client that was cut off gets exactly what it missed', async (t) => {
  const { open } = openDesks(t)
  const desk = open({ command: sh('read x; for i in 1 2 3 4 5; do echo line $i; done; sleep 60') })
  await isTold(desk, 'attached')
  desk.type('\r')
  await desk.cut()
  desk.connect()
  await shows(desk, 'line 5')
  assert.deepEqual(modes(desk), ['resume', 'resume'])
  assert.equal(desk.text, '\r\nline 1\r\nline 2\r\nline 3\r\nline 4\r\nline 5\r\n')
})

test('everything that a program wrote arrives before its status, however slowly it is drawn', async (t) => {
  const { open } = openDesks(t)
  const desk = open({ command: sh('seq 80000; exit 7'), blind: true })
  await eventually(() => desk.client.seen >= 256 * 1024, {
    timeoutMs,
    what: 'the credit to be used up',
  })
  const still = { stillMs: 500, timeoutMs, what: 'a program that waits' }
  await stands(() => desk.client.seen, still)
  assert.ok(!desk.events.some(({ type }) => type === 'fin'))
  let drawn = 0
  const drawRest = () => {
    const seen = desk.output.reduce((sum, bytes) => sum + bytes.length, 0)
    desk.send(desk.client.drawn(seen - drawn))
    drawn = seen
  }
  desk.onEvent = drawRest
  drawRest()
  const fin = await isTold(desk, 'fin')
  assert.deepEqual(fin, { type: 'fin', ended: { status: 7 } })
  const expected = Array.from({ length: 80_000 }, (_, n) => `${n + 1}\r\n`).join('')
  assert.ok(desk.text === expected, `${desk.text.length} of ${expected.length} characters`)
})

test('a program that a signal ended says which', async (t) => {
  const { open } = openDesks(t)
  const fin = await isTold(open({ command: sh('kill -TERM $$') }), 'fin')
  assert.deepEqual(fin, { type: 'fin', ended: { signal: 'SIGTERM' } })
})

test('a watcher that draws nothing never slows who drives, and gets a snapshot later', async (t) => {
  const { open } = openDesks(t)
  const driver = open({
    client: 'driver',
    command: sh('read x; seq 150000; echo end of flood; sleep 60'),
  })
  await isTold(driver, 'attached')
  const watcher = open({ client: 'watcher', blind: true })
  await isTold(watcher, 'attached')
  driver.type('\r')
  await shows(driver, 'end of flood')
  assert.ok(watcher.client.seen < 600_000, `the watcher was sent ${watcher.client.seen} bytes`)
  watcher.onEvent = (event) => {
    if ('bytes' in event) watcher.send(watcher.client.drawn(event.bytes.length))
  }
  watcher.send(watcher.client.drawn(watcher.client.seen))
  await shows(watcher, 'end of flood')
  assert.ok(watcher.events.some(({ type }) => type === 'snapshot'))
  assert.ok(driver.events.every(({ type }) => type !== 'snapshot'))
})

test('a program waits for who drives, and not for ever', async (t) => {
  let ahead = 0
  const clock = { ...systemClock, monotonicMs: () => performance.now() + ahead }
  const { terminals, open } = openDesks(t, { clock })
  const driver = open({ command: sh('seq 150000; echo end of flood; sleep 60'), blind: true })
  await eventually(() => driver.client.seen >= 256 * 1024, {
    timeoutMs,
    what: 'credit to be used up',
  })
  const still = { stillMs: 200, timeoutMs, what: 'a program that waits' }
  assert.equal(await stands(() => driver.client.seen, still), 256 * 1024)
  ahead += 6000
  const watcher = open({ client: 'watcher' })
  await shows(watcher, 'end of flood')
  assert.equal(terminals.count, 1)
})

test('what is typed while nobody is connected is typed once after', async (t) => {
  const { open } = openDesks(t)
  const desk = open({ command: CAT })
  await shows(desk, 'ready')
  desk.type('one ')
  await desk.cut()
  desk.type('two ')
  desk.type('three')
  desk.connect()
  await shows(desk, 'three')
  assert.match(desk.text, /ready\s+one two three$/)
  assert.equal(desk.client.unackedBytes, 0)
})

test('input for a run that is gone is reported and not typed into the next one', async (t) => {
  const { terminals, open } = openDesks(t)
  const desk = open({ command: CAT })
  await shows(desk, 'ready')
  await desk.cut()
  desk.type('rm -rf build')
  await terminals.closeTerminal('main')
  desk.connect()
  const gone = await eventually(
    () => desk.events.find((e) => e.type === 'attached' && e.mode === 'gone'),
    {
      timeoutMs,
      what: 'the run to be gone',
    },
  )
  assert.ok(gone.type === 'attached' && gone.lostBytes === 12)
  assert.equal(terminals.count, 0)
  desk.connect()
  await eventually(() => desk.text.match(/ready/g)?.length === 2, {
    timeoutMs,
    what: 'a new program',
  })
  desk.type('x')
  await shows(desk, 'x')
  assert.match(desk.text, /ready\s+ready\s+x$/)
})

test('who typed last gives the size, and everybody is told', async (t) => {
  const { open } = openDesks(t)
  const wide = open({
    client: 'wide',
    cols: 120,
    rows: 30,
    command: sh('stty -echo; while read x; do stty size; done'),
  })
  await isTold(wide, 'attached')
  wide.type('\r')
  await shows(wide, '30 120')
  const narrow = open({ client: 'narrow', cols: 60, rows: 20 })
  await isTold(narrow, 'attached')
  wide.type('\r')
  await eventually(() => wide.text.match(/30 120/g)?.length === 2, {
    timeoutMs,
    what: 'the size to stay',
  })
  narrow.type('\r')
  await shows(wide, '20 60')
  const told = wide.events.findLast((event) => event.type === 'resize')
  assert.deepEqual(told, { type: 'resize', cols: 60, rows: 20 })
  wide.send(wide.client.resize(200, 50))
  narrow.send(narrow.client.resize(70, 25))
  narrow.type('\r')
  await shows(narrow, '25 70')
})

test('a query is answered once by the agent, whoever watches or comes back', async (t) => {
  const { open } = openDesks(t)
  const script = "stty raw -echo; printf 'ab\\033[6n\\033[c'; cat -v"
  const desk = open({ client: 'a', command: sh(script) })
  open({ client: 'b' })
  await shows(desk, '^[[1;3R^[[?1;2c')
  await desk.cut()
  desk.connect()
  await shows(open({ client: 'c' }), '^[[1;3R')
  desk.type('done')
  await shows(desk, 'done')
  assert.equal(desk.text.match(/\^\[\[1;3R/g)?.length, 1)
})

test('a query in pieces is answered though its last piece is plain text, also after plain text', async (t) => {
  const { open } = openDesks(t)
  const pieces = ["'ab\\033['", "'6'", "'n'"]
    .map((piece) => `printf ${piece}; sleep 0.1`)
    .join('; ')
  const desk = open({ client: 'a', command: sh(`stty raw -echo; printf plain; ${pieces}; cat -v`) })
  await shows(desk, '^[[1;8R')
})

test('plain text that nobody has looked at is there for who comes later', async (t) => {
  const { open } = openDesks(t)
  const desk = open({ client: 'a', command: sh('seq 1 5000; cat') })
  await shows(desk, '5000')
  await shows(open({ client: 'b' }), '4999')
})

test('viewers know of one another', async (t) => {
  const { terminals, open } = openDesks(t)
  const ann = open({ client: 'ann' })
  await isTold(ann, 'attached')
  const bob = open({ client: 'bob' })
  await isTold(bob, 'viewers')
  const told = bob.events.find((event) => event.type === 'viewers')
  assert.deepEqual(told, { type: 'viewers', viewers: { count: 2, labels: ['ann', 'bob'] } })
  assert.equal(terminals.list()[0]?.viewers, 2)
  await bob.leave()
  assert.equal(terminals.list()[0]?.viewers, 1)
})

test('a client that attaches again takes the place of its older connection', async (t) => {
  const { terminals, open } = openDesks(t)
  const first = open({ client: 'ann' })
  await isTold(first, 'attached')
  const second = open({ client: 'ann' })
  await isTold(second, 'attached')
  await eventually(() => !first.isConnected || terminals.list()[0]?.viewers === 1, {
    timeoutMs,
    what: 'one viewer',
  })
  assert.equal(terminals.list()[0]?.viewers, 1)
})

test('a finished terminal shows its last screen for ten minutes', async (t) => {
  let ahead = 0
  const clock = {
    monotonicMs: () => performance.now() + ahead,
    delay: (ms: number, signal?: AbortSignal) => systemClock.delay(Math.min(ms, 20), signal),
  }
  const { terminals, open } = openDesks(t, { clock })
  await isTold(open({ command: sh('echo last words; exit 1') }), 'fin')
  const later = open({ client: 'later' })
  await shows(later, 'last words')
  assert.deepEqual(await isTold(later, 'fin'), { type: 'fin', ended: { status: 1 } })
  ahead += KEEP_ENDED_MS + 1
  await eventually(() => terminals.count === 0, { timeoutMs, what: 'the terminal to be forgotten' })
})

test('programs are the first to go when memory ends', async (t) => {
  const { open } = openDesks(t)
  const desk = open({ command: sh('sleep 0.2; cat /proc/self/oom_score_adj; sleep 60') })
  await shows(desk, '900')
  assert.equal(readFileSync('/proc/self/oom_score_adj', 'utf8').trim() === '900', false)
})

test('there is a limit on terminals, and a finished one gives its place', async (t) => {
  const { terminals, open } = openDesks(t)
  const desks = Array.from({ length: MAX_TERMINALS }, (_, n) =>
    open({ terminal: `t${n}`, command: ['/bin/cat'] }),
  )
  for (const desk of desks) await isTold(desk, 'attached')
  const refused = await isTold(open({ terminal: 'one-more' }), 'error')
  assert.ok(refused.type === 'error' && refused.error.code === 'too_many_terminals')
  desks[3]?.type('\x04')
  await eventually(() => terminals.list()[3]?.ended, { timeoutMs, what: 'one to end' })
  await isTold(open({ terminal: 'one-more', command: ['/bin/cat'] }), 'attached')
  assert.equal(terminals.count, MAX_TERMINALS)
})

test('beyond the shared memory the longest idle terminal is kept small and shows the same', async (t) => {
  const clock = {
    ...systemClock,
    delay: (ms: number, signal?: AbortSignal) => systemClock.delay(Math.min(ms, 20), signal),
  }
  const { terminals, open } = openDesks(t, { clock, sharedBytes: 5 * 1024 * 1024 })
  const idle = open({ terminal: 'idle', command: sh('seq 20000; exec cat') })
  await shows(idle, '20000')
  const busy = open({ terminal: 'busy', command: sh('seq 20000; exec cat') })
  await shows(busy, '20000')
  const isSmall = () => terminals.estimatedBytes < 5 * 1024 * 1024
  await eventually(isSmall, { timeoutMs, what: 'memory to be given back' })
  const later = open({ terminal: 'idle', client: 'later' })
  await shows(later, '20000')
  assert.match(later.text, /19000\r\n19001\r\n/)
  idle.type('still here\r')
  await shows(idle, 'still here')
})

test('a program that reads nothing costs its terminal nothing', async (t) => {
  const { open } = openDesks(t)
  const desk = open({ command: sh('stty raw -echo; echo ready; sleep 0.5; exec cat >/dev/null') })
  await shows(desk, 'ready')
  const before = process.cpuUsage()
  desk.type('x'.repeat(200_000))
  await eventually(() => desk.client.unackedBytes === 0, {
    timeoutMs,
    what: 'the paste to be read',
  })
  const { user, system } = process.cpuUsage(before)
  assert.ok(user + system < 400_000, `${user + system} µs of processor`)
})

test('a client that speaks nonsense is told so, and the terminal lives on', async (t) => {
  const { open } = openDesks(t)
  const desk = open({ command: CAT })
  await shows(desk, 'ready')
  const rude = open({ client: 'rude' })
  await isTold(rude, 'attached')
  rude.send(encodeAt(NumberedType.out, 0))
  const refused = await isTold(rude, 'error')
  assert.ok(refused.type === 'error' && refused.error.code === 'frame_invalid')
  desk.type('alive')
  await shows(desk, 'alive')
})

test('a terminal whose program does not exist says so', async (t) => {
  const { open } = openDesks(t)
  const desk = open({ command: ['/does/not/exist'] })
  const fin = await isTold(desk, 'fin')
  assert.ok(fin.type === 'fin' && fin.ended.status !== 0)
  const unnamed = await isTold(open({ terminal: 'No Name' }), 'error')
  assert.ok(unnamed.type === 'error' && unnamed.error.code === 'name_invalid')
})

test('who looks on makes no terminal, types nothing and gives no size, not even when all others leave', async (t) => {
  const { terminals, open } = openDesks(t)
  const early = open({ watch: true })
  const refused = await isTold(early, 'error')
  assert.equal(refused.type === 'error' && refused.error.code, 'terminal_gone')
  assert.equal(terminals.count, 0)
  const first = open({ command: CAT })
  await shows(first, 'ready')
  const watching = open({ watch: true, cols: 40, rows: 10 })
  await isTold(watching, 'attached')
  first.type('seen')
  await shows(watching, 'seen')
  await first.leave()
  assert.deepEqual([terminals.list()[0]?.cols, terminals.list()[0]?.rows], [80, 24])
  watching.type('not typed')
  const told = await isTold(watching, 'error')
  assert.equal(told.type === 'error' && told.error.code, 'forbidden')
  const next = open()
  await shows(next, 'seen')
  assert.doesNotMatch(next.text, /not typed/)
})
