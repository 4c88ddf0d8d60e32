import assert from 'node:assert/strict'
import { it } from 'node:test'
import { newId } from '#protocol/ids.ts'
import { eventually } from '../../tests/support/eventually.ts'
import { createHosts } from './hosts.ts'
import { checkArchitecture, Images } from './images.ts'
import { loginHeaders } from './runtime/registry-login.ts'
import { FakeEngine, fakeImage } from './testing/fake-engine.ts'
import { soon } from './testing/stage.ts'

it('spaces that want the same image share one pull, and each hears of its progress', async () => {
  const engine = new FakeEngine()
  engine.registry.set('big', fakeImage())
  const gate = Promise.withResolvers<void>()
  engine.before = (call) => (call === 'pull' ? gate.promise : undefined)
  const images = new Images(engine)
  const heard: number[] = []
  const { signal } = new AbortController()
  const one = new AbortController()
  await createHosts().act(newId<'host'>(), async (owner) => {
    const pull = (at: number, until = signal) =>
      images.pull(owner, 'big', () => heard.push(at), until)
    const first = pull(1)
    const second = pull(2)
    const given = pull(3, one.signal)
    await eventually(() => engine.calls.includes('pull'), soon('the pull'))
    one.abort(new Error('no longer wanted'))
    await assert.rejects(given, /no longer wanted/)
    gate.resolve()
    assert.equal((await first).id, (await second).id)
  })
  assert.equal(engine.calls.filter((call) => call === 'pull').length, 1)
  assert.deepEqual(heard.toSorted(), [1, 2])
})

it('a login goes with the pulls that it is for', async () => {
  const engine = new FakeEngine()
  for (const name of ['ghcr.io/app', 'debian']) engine.registry.set(name, fakeImage())
  const login = { host: 'ghcr.io', username: 'bot', secret: 'herring' }
  const images = new Images(engine, (image) => (image.startsWith('ghcr.io/') ? login : undefined))
  const { signal } = new AbortController()
  await createHosts().act(newId<'host'>(), async (owner) => {
    for (const name of ['ghcr.io/app', 'debian']) {
      await images.pull(owner, name, () => undefined, signal)
    }
  })
  assert.deepEqual(engine.logins, ['ghcr.io', undefined])
  const { 'X-Registry-Auth': header = '' } = loginHeaders(login)
  assert.deepEqual(JSON.parse(Buffer.from(header, 'base64url').toString()), {
    ...{ username: 'bot', password: 'herring', serveraddress: 'ghcr.io' },
  })
  assert.deepEqual(loginHeaders(undefined), {})
})

it('a pull that failed is made again by the next who wants it', async () => {
  const engine = new FakeEngine()
  const images = new Images(engine)
  const { signal } = new AbortController()
  await createHosts().act(newId<'host'>(), async (owner) => {
    const pull = () => images.pull(owner, 'rare', () => undefined, signal)
    await assert.rejects(pull(), { code: 'image_missing' })
    engine.registry.set('rare', fakeImage())
    assert.equal((await pull()).architecture, 'amd64')
  })
})

it('an image for another architecture is refused by name', () => {
  checkArchitecture('a', fakeImage({ architecture: '' }), 'amd64')
  const arm = fakeImage({ architecture: 'arm64' })
  assert.throws(() => checkArchitecture('a', arm, 'amd64'), { code: 'wrong_architecture' })
})
