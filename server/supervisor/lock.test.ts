import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { SkeinError } from '#protocol/errors.ts'
import { takeLock } from './lock.ts'
import { isAlive, parseStat, thisProcess } from './process.ts'

const folder = mkdtempSync(join(tmpdir(), 'skein-lock-'))
const path = join(folder, 'a.lock')
after(() => rmSync(folder, { recursive: true }))

const isTaken = (error: unknown) =>
  error instanceof SkeinError &&
  error.code === 'already_running' &&
  error.details.pid === process.pid

test('a lock that is held is refused with its holder, and free again once released', () => {
  const lock = takeLock(path)
  assert.throws(() => takeLock(path), isTaken)
  lock.release()
  takeLock(path).release()
  assert.deepEqual(readdirSync(folder), [])
})

test('a lock of a process whose number was given to another is free', () => {
  writeFileSync(path, JSON.stringify({ pid: process.pid, startTime: '1' }))
  const lock = takeLock(path)
  assert.throws(() => takeLock(path), isTaken)
  lock.release()
})

test('a lock file that is cut or empty is nobody’s', () => {
  for (const text of ['', '{"pid":']) {
    writeFileSync(path, text)
    takeLock(path).release()
  }
})

test('a lock that was taken over is not released by its former holder', () => {
  const former = takeLock(path, { pid: process.pid, startTime: '1' })
  const current = takeLock(path)
  former.release()
  assert.throws(() => takeLock(path), isTaken)
  current.release()
})

test('a process is its number and its start time', () => {
  const self = thisProcess()
  assert.equal(isAlive(self), true)
  assert.equal(isAlive({ ...self, startTime: '1' }), false)
  assert.equal(isAlive({ pid: 2 ** 22 + 1, startTime: '1' }), false)
})

test('a program’s name with spaces and parentheses does not shift the fields, and a zombie is dead', () => {
  const rest = Array.from({ length: 18 }, (_, i) => `f${i}`).join(' ')
  assert.equal(parseStat(`7 (a) b (c)) S ${rest} 4711 0`), '4711')
  assert.equal(parseStat(`7 (a) Z ${rest} 4711 0`), undefined)
})
