import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemRandom } from '../clock.ts'
import { Gate } from './gate.ts'
import { Passwords } from './passwords.ts'

const passwords = new Passwords(systemRandom)

test('a password fits its own hash and no other', async () => {
  const hash = await passwords.hash('correct horse battery')
  assert.match(hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
  assert.equal(await passwords.verify('correct horse battery', hash), true)
  assert.equal(await passwords.verify('correct horse battery.', hash), false)
  assert.notEqual(await passwords.hash('correct horse battery'), hash, 'each has its own salt')
})

test('a hash with other costs is still verified, so costs may be raised', async () => {
  // echo -n 'correct horse battery' | argon2 somesaltsomesalt -id -t 1 -k 64 -p 1 -l 32 -e, made with Node's argon2.
  const { argon2Sync } = await import('node:crypto')
  const salt = Buffer.from('somesaltsomesalt')
  const costs = { parallelism: 1, tagLength: 32, memory: 64, passes: 1 }
  const tag = argon2Sync('argon2id', { message: 'an older password', nonce: salt, ...costs })
  const b64 = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '')
  const stored = `$argon2id$v=19$m=64,t=1,p=1$${b64(salt)}$${b64(tag)}`
  assert.equal(await passwords.verify('an older password', stored), true)
})

test('a user who does not exist, or whose hash is broken, never fits and costs as much', async () => {
  const hash = await passwords.hash('correct horse battery')
  const timed = async (stored: string | undefined) => {
    const before = process.cpuUsage()
    assert.equal(await passwords.verify('wrong horse battery', stored), false)
    return process.cpuUsage(before).user
  }
  await timed(hash)
  const known = await timed(hash)
  // Of the processor's time, since the machine is shared; generous: without the work it would be a hundredth.
  assert.ok((await timed(undefined)) > known / 5)
  assert.ok((await timed('$argon2id$broken')) > known / 5)
})

test('the same characters typed on another keyboard are the same password', async () => {
  const hash = await passwords.hash('caf\u00e9 caf\u00e9 caf\u00e9')
  assert.equal(await passwords.verify('cafe\u0301 cafe\u0301 cafe\u0301', hash), true)
})

test('a password is counted in characters, and too long a one is not even hashed', async () => {
  await assert.rejects(passwords.hash('nine char'), { code: 'password_weak' })
  await assert.rejects(passwords.hash('😀'.repeat(9)), { code: 'password_weak' })
  await assert.rejects(passwords.hash('x'.repeat(257)), { code: 'too_large' })
})

test('works beyond the gate’s limit wait in order, and beyond its line are refused', async () => {
  const gate = new Gate(1, 2)
  const hold = Promise.withResolvers<void>()
  const order: string[] = []
  const first = gate.run(() => hold.promise)
  const others = ['b', 'c'].map((name) => gate.run(async () => order.push(name)))
  await assert.rejects(
    gate.run(async () => undefined),
    { code: 'rate_limited' },
  )
  hold.resolve()
  await Promise.all([first, ...others])
  assert.deepEqual(order, ['b', 'c'])
  assert.equal(await gate.run(async () => 'free again'), 'free again')
})
