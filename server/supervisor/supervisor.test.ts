import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { eventually } from '../../tests/support/eventually.ts'
import { GATEWAY, INSTANCE, INSTANCES, type Mode } from '../../tests/support/supervised.ts'
import { type ChildState, readChild } from './child-state.ts'
import { ExitStatus } from './exit.ts'
import { readHolder } from './lock.ts'

const PROGRAM = join(import.meta.dirname, '../../tests/support/supervised.ts')
const TIMEOUT_MS = 15_000

let data = ''
let supervisors: ChildProcess[] = []

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'skein-supervisor-'))
  supervisors = []
})

afterEach(() => {
  for (const supervisor of supervisors) supervisor.kill('SIGKILL')
  for (const instance of INSTANCES) {
    const left = readChild(data, instance)
    if (left !== undefined) process.kill(left.pid, 'SIGKILL')
  }
  rmSync(data, { recursive: true, force: true })
})

function supervise(...modes: Mode[]): ChildProcess {
  const given = modes.length === 0 ? ['serves'] : modes
  const supervisor = spawn(process.execPath, [PROGRAM, 'supervisor', data, ...given], {
    stdio: 'ignore',
  })
  supervisors.push(supervisor)
  return supervisor
}

function childOtherThan(pid = 0, instance: string = INSTANCE): Promise<ChildState> {
  const find = () => {
    const state = readChild(data, instance)
    return state?.isReady && state.pid !== pid ? state : undefined
  }
  return eventually(find, { timeoutMs: TIMEOUT_MS, what: 'another child' })
}

/** Resolves once this supervisor has the folder, and with it the child. */
function supervising(supervisor: ChildProcess): Promise<boolean> {
  const has = () => readHolder(join(data, 'run', 'supervisor.lock'))?.pid === supervisor.pid
  return eventually(has, { timeoutMs: TIMEOUT_MS, what: 'the lock of the supervisor' })
}

async function status(supervisor: ChildProcess): Promise<number | null> {
  if (supervisor.exitCode === null) await once(supervisor, 'exit')
  return supervisor.exitCode
}

test('a child that is killed is started again', async () => {
  supervise()
  const first = await childOtherThan()
  process.kill(first.pid, 'SIGKILL')
  await childOtherThan(first.pid)
})

test('a child survives the kill of its supervisor, and the next supervisor adopts it', async () => {
  const killed = supervise()
  const child = await childOtherThan()
  killed.kill('SIGKILL')
  await once(killed, 'exit')
  const next = supervise()
  await supervising(next)
  next.kill('SIGHUP')
  const reloaded = await childOtherThan(child.pid)
  next.kill('SIGTERM')
  assert.equal(await status(next), ExitStatus.ok)
  assert.equal(readChild(data, INSTANCE), undefined, `${reloaded.pid} is gone`)
})

test('an adopted child that dies is started again', async () => {
  const killed = supervise()
  const child = await childOtherThan()
  killed.kill('SIGKILL')
  await once(killed, 'exit')
  await supervising(supervise())
  process.kill(child.pid, 'SIGKILL')
  await childOtherThan(child.pid)
})

test('a second supervisor on the same folder is refused', async () => {
  supervise()
  const child = await childOtherThan()
  assert.notEqual(await status(supervise()), ExitStatus.ok)
  assert.equal(readChild(data, INSTANCE)?.pid, child.pid)
})

test('a child that cannot have its port ends the supervisor with that status', async () => {
  assert.equal(await status(supervise('no-port')), ExitStatus.portInUse)
})

test('a child that ignores the request to end is killed when it is asked twice', async () => {
  const supervisor = supervise('ignores-term')
  const child = await childOtherThan()
  supervisor.kill('SIGTERM')
  const endOf = () => {
    const isGone = readChild(data, INSTANCE)?.pid !== child.pid
    if (!isGone) supervisor.kill('SIGTERM')
    return isGone
  }
  await eventually(endOf, { timeoutMs: TIMEOUT_MS, what: 'the end of the child' })
  assert.equal(await status(supervisor), ExitStatus.ok)
})

test('the kill of one child is no other’s business', async () => {
  supervise('serves', 'serves')
  const peer = await childOtherThan()
  const gateway = await childOtherThan(0, GATEWAY)
  process.kill(gateway.pid, 'SIGKILL')
  const next = await childOtherThan(gateway.pid, GATEWAY)
  assert.equal(readChild(data, INSTANCE)?.pid, peer.pid)
  process.kill(peer.pid, 'SIGKILL')
  await childOtherThan(peer.pid)
  assert.equal(readChild(data, GATEWAY)?.pid, next.pid)
})

test('one child that cannot start at all takes the other with it', async () => {
  assert.equal(await status(supervise('serves', 'no-port')), ExitStatus.portInUse)
  assert.equal(readChild(data, INSTANCE), undefined)
})

test('both children are adopted after a kill of their supervisor, and end with the next one', async () => {
  const killed = supervise('serves', 'serves')
  const peer = await childOtherThan()
  const gateway = await childOtherThan(0, GATEWAY)
  killed.kill('SIGKILL')
  await once(killed, 'exit')
  const next = supervise('serves', 'serves')
  await supervising(next)
  assert.equal(readChild(data, INSTANCE)?.pid, peer.pid)
  assert.equal(readChild(data, GATEWAY)?.pid, gateway.pid)
  next.kill('SIGTERM')
  assert.equal(await status(next), ExitStatus.ok)
  assert.deepEqual(
    INSTANCES.map((instance) => readChild(data, instance)),
    [undefined, undefined],
  )
})

test('a reload replaces the children one after the other', async () => {
  const supervisor = supervise('serves', 'serves')
  const peer = await childOtherThan()
  const gateway = await childOtherThan(0, GATEWAY)
  supervisor.kill('SIGHUP')
  await childOtherThan(peer.pid)
  await childOtherThan(gateway.pid, GATEWAY)
})

test('a child that the new configuration does not have is ended, and the other goes on', async () => {
  const supervisor = supervise('serves', 'serves')
  const peer = await childOtherThan()
  await childOtherThan(0, GATEWAY)
  supervisor.kill('SIGUSR2')
  await eventually(() => readChild(data, GATEWAY) === undefined, {
    timeoutMs: TIMEOUT_MS,
    what: 'the end of the gateway',
  })
  await childOtherThan(peer.pid)
  assert.equal(supervisor.exitCode, null)
})
