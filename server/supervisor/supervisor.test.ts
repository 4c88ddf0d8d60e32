import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { eventually } from '../../tests/support/eventually.ts'
import { INSTANCE, type Mode } from '../../tests/support/supervised.ts'
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
  const left = readChild(data, INSTANCE)
  if (left !== undefined) process.kill(left.pid, 'SIGKILL')
  rmSync(data, { recursive: true, force: true })
})

function supervise(mode: Mode = 'serves'): ChildProcess {
  const supervisor = spawn(process.execPath, [PROGRAM, 'supervisor', data, mode], {
    stdio: 'ignore',
  })
  supervisors.push(supervisor)
  return supervisor
}

function childOtherThan(pid = 0): Promise<ChildState> {
  const find = () => {
    const state = readChild(data, INSTANCE)
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
