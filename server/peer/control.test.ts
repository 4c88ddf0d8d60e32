import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { SkeinError } from '#protocol/errors.ts'
import { askPeer, openControl } from './control.ts'

const data = mkdtempSync(join(tmpdir(), 'skein-control-'))
mkdirSync(join(data, 'run'))
after(() => rmSync(data, { recursive: true }))

const question = { ask: 'reset-password', name: 'ada' } as const
const isCode = (code: string) => (error: unknown) =>
  error instanceof SkeinError && error.code === code

test('the person at the machine is answered, through a socket of their own', async () => {
  const control = await openControl(data, async (asked) => ({
    username: asked.ask === 'reset-password' ? asked.name : '',
    password: 'x',
  }))
  assert.equal(statSync(join(data, 'run', 'control.sock')).mode & 0o777, 0o600)
  assert.deepEqual(await askPeer(data, question), { username: 'ada', password: 'x' })
  await control.close()
})

test('what the peer refuses arrives with its code', async () => {
  const control = await openControl(data, async () => {
    throw new SkeinError('not_found', { thing: 'user' })
  })
  await assert.rejects(askPeer(data, question), isCode('not_found'))
  await control.close()
})

test('without a running peer the question is refused', async () => {
  await assert.rejects(askPeer(data, question), isCode('unavailable'))
})
