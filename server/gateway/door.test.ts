import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, test } from 'node:test'
import { z } from 'zod'
import { SkeinError } from '#protocol/errors.ts'
import type { StreamOpen } from '#protocol/link.ts'
import { eventually } from '../../tests/support/eventually.ts'
import { attempt, HOST_KEY, Lodge, newKey, PAGE } from '../../tests/support/gateway/lodge.ts'
import { ADDRESS_RULE } from '../identity/limits.ts'
import { decideShareSpace } from '../spaces/shares.ts'

const TIMEOUT_MS = 10_000
const silent = { say: () => undefined }
const withCode = (code: string) => (error: unknown) =>
  error instanceof SkeinError && error.code === code
const anything = z.unknown()

let folder = ''
let lodge: Lodge

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'skein-door-'))
  lodge = await Lodge.open(folder)
})

afterEach(async () => {
  await lodge.close()
  rmSync(folder, { recursive: true })
})

test('the door is its own user’s alone, and gives the gateway the host key', async () => {
  assert.equal(statSync(lodge.socketPath).mode & 0o777, 0o600)
  assert.deepEqual((await lodge.way()).welcome, { hostKeys: [HOST_KEY.secret] })
})

test('a proved key enters its own space, is written down once, and opens streams that carry its actor', async () => {
  const { userId, key } = await lodge.person('ada')
  const id = await lodge.space(userId, 'site')
  const guest = await lodge.guest('site', key)
  await guest.ready(silent)
  const stream = await guest.open({ kind: 'session', command: 'true' })
  const [far] = lodge.world.streams.opened
  assert.deepEqual(far?.to, { space: id })
  assert.equal(far?.options.actor.name, 'ada')
  stream.duplex.write('typed')
  far?.duplex.once('data', (bytes) =>
    far.duplex.write(`heard ${bytes}`, () => far.fin({ ok: false, status: 7 })),
  )
  assert.equal(await text(stream.duplex), 'heard typed')
  assert.deepEqual(await stream.finished, { ok: false, status: 7 })
  stream.fin({ ok: true })
  assert.deepEqual(await far?.finished, { ok: true })
  const audit = await eventually(
    async () => {
      const entries = await lodge.world.records.read('audit')
      return entries.find(({ body }) => body.action === 'ssh.attach')
    },
    { timeoutMs: TIMEOUT_MS, what: 'the audit' },
  )
  assert.equal(audit.body.address, '192.0.2.1')
  assert.equal(audit.body.credential?.kind, 'sshKey')
  assert.match(String(audit.body.detail?.fingerprint), /^SHA256:/)
})

test('what is forwarded through a connection is written down, each port once', async () => {
  const { userId, key } = await lodge.person('forwarder')
  const id = await lodge.space(userId, 'ports')
  const guest = await lodge.guest('ports', key)
  await guest.ready(silent)
  for (const port of [8080, 8080, 9090]) await guest.open({ kind: 'tcp', port })
  const ports = await eventually(
    async () => {
      const entries = await lodge.world.records.read('audit', { subject: id })
      const found = entries.filter(({ body }) => body.action === 'port.open')
      return found.length >= 2 ? found : undefined
    },
    { timeoutMs: TIMEOUT_MS, what: 'the audit' },
  )
  assert.deepEqual(ports.map(({ body }) => body.detail?.port).toSorted(), [8080, 9090])
  assert.ok(ports.every(({ body }) => body.credential?.kind === 'sshKey'))
})

test('a key that nobody registered is told where to add it', async () => {
  await assert.rejects(lodge.guest('site', newKey()), (error) => {
    assert.ok(error instanceof SkeinError)
    assert.match(error.message, /key SHA256:[\w+/]{43};/)
    assert.ok(error.message.includes(`${PAGE}/account`))
    return error.code === 'ssh_key_unknown'
  })
})

test('a space that is not there, another’s, and a name that is none are refused alike', async () => {
  const ada = await lodge.person('ada')
  const eve = await lodge.person('eve')
  await lodge.space(ada.userId, 'site')
  const said = async (user: string) => {
    const refused = await lodge.guest(user, eve.key).catch((error: unknown) => error)
    assert.ok(withCode('ssh_space_unknown')(refused))
    return (refused as SkeinError).message.replace(/“[^”]*”/, '“…”')
  }
  assert.equal(await said('ada+site'), await said('ada+none'))
  assert.equal(await said('nobody+site'), await said('site'))
  for (const user of ['-oProxyCommand=id', 'site\0', '', 'x'.repeat(256)]) {
    assert.match(await said(user), /no space of that name/)
  }
})

test('whoever knows only a public key learns nothing of its owner’s spaces', async () => {
  const { userId, key } = await lodge.person('ada')
  await lodge.space(userId, 'site')
  for (const user of ['site', 'none']) {
    const way = await lodge.way()
    await way.ask('authorise', attempt(user, key, false), anything)
    await assert.rejects(way.open('open', { open: { kind: 'sftp' } }), withCode('not_signed_in'))
  }
})

test('guessing is limited with the logins of the same address, and a login costs nothing', async () => {
  const { userId, key } = await lodge.person('ada')
  await lodge.space(userId, 'site')
  for (let i = 0; i < 2 * ADDRESS_RULE.burst; i++) await lodge.guest('site', key)
  for (let i = 0; i < ADDRESS_RULE.burst; i++) {
    await assert.rejects(lodge.guest('site', newKey()), withCode('ssh_key_unknown'))
  }
  await assert.rejects(lodge.guest('site', newKey()), withCode('rate_limited'))
  await assert.rejects(lodge.guest('site', key), withCode('rate_limited'))
  assert.throws(
    () => lodge.world.identity.sessions.countAttempt('192.0.2.1'),
    withCode('rate_limited'),
  )
  await lodge.guest('site', key, '192.0.2.2')
})

test('many of one address log in at once, those among them whose first key is unknown', async () => {
  const { userId, key } = await lodge.person('ada')
  await lodge.space(userId, 'site')
  const ways = await Promise.all(Array.from({ length: 2 * ADDRESS_RULE.burst }, () => lodge.way()))
  // All have begun before any has proved its key.
  for (const way of ways) {
    const none = way.ask('authorise', { user: 'site', isProven: false }, anything)
    await assert.rejects(none, withCode('not_signed_in'))
  }
  for (const way of ways) {
    const unknown = way.ask('authorise', attempt('site', newKey(), false), anything)
    await assert.rejects(unknown, withCode('ssh_key_unknown'))
  }
  for (const way of ways) {
    await way.ask('authorise', attempt('site', key, false), anything)
    await way.ask('authorise', attempt('site', key), anything)
  }
  await lodge.guest('site', key)
})

test('connections that end without a proof have guessed', async () => {
  const { userId, key } = await lodge.person('ada')
  await lodge.space(userId, 'site')
  for (let i = 0; i < ADDRESS_RULE.burst; i++) {
    const way = await lodge.way()
    await way.ask('authorise', attempt('site', key, false), anything)
    way.close()
  }
  const isLimited = () => {
    try {
      lodge.world.identity.sessions.checkAttempts('192.0.2.1')
      return false
    } catch (error) {
      return withCode('rate_limited')(error)
    }
  }
  await eventually(isLimited, { timeoutMs: TIMEOUT_MS, what: 'the limit' })
})

test('a key that is removed, a user who is disabled and a space that is deleted end what they opened', async () => {
  const by = { actor: { kind: 'system', id: 't', name: 't' }, address: 'local' } as const
  const { identity, records } = lodge.world
  const ends = [
    async (userId: string) => {
      const [one] = identity.keys.list(userId as never)
      await identity.keys.remove(by, one?.id as never)
    },
    async (userId: string) =>
      void (await identity.users.update(by, userId as never, { disabled: true })),
    async (_: string, id: string) =>
      records.transact(() => ({
        changes: [{ op: 'delete', kind: 'space', id: id as never }],
        result: undefined,
      })),
  ]
  for (const [i, end] of ends.entries()) {
    const { userId, key } = await lodge.person(`user-${i}`)
    const id = await lodge.space(userId, 'site')
    const guest = await lodge.guest('site', key)
    const stream = await guest.open({ kind: 'sftp' })
    await end(userId, id)
    await assert.rejects(stream.finished, withCode('link_lost'))
    await assert.rejects(lodge.guest('site', key))
  }
})

test('a key enters a space that is shared with its person as user, and not as viewer, and no longer', async () => {
  const by = { actor: { kind: 'system', id: 't', name: 't' }, address: 'local' } as const
  const { records } = lodge.world
  const ada = await lodge.person('ada')
  const eve = await lodge.person('eve')
  const id = await lodge.space(ada.userId, 'site')
  const share = (level: 'viewer' | 'user' | null) =>
    records.transact((view) => decideShareSpace(view, by, id, { kind: 'user', name: 'eve', level }))
  await share('viewer')
  await assert.rejects(lodge.guest('ada+site', eve.key), withCode('ssh_space_unknown'))
  await share('user')
  const guest = await lodge.guest('ada+site', eve.key)
  const stream = await guest.open({ kind: 'sftp' })
  await share(null)
  await assert.rejects(stream.finished, withCode('link_lost'))
})

test('a stopped space is started when somebody wants that, and told of until it is there', async () => {
  const { userId, key } = await lodge.person('ada')
  const id = await lodge.space(userId, 'site', 'stopped')
  const said: string[] = []
  const guest = await lodge.guest('site', key)
  const ask = (answer: boolean) => ({
    say: (line: string) => void said.push(line),
    ask: async (question: string) => {
      said.push(question)
      return answer
    },
  })
  await assert.rejects(guest.ready(ask(false)), withCode('space_not_running'))
  assert.deepEqual(lodge.wishes, [])
  const ready = guest.ready(ask(true))
  await eventually(() => lodge.wishes.length === 1, { timeoutMs: TIMEOUT_MS, what: 'the wish' })
  await lodge.setRuntime(id, { state: 'starting' })
  await lodge.tell(id, 'Make the network \x1b[31m', 'done')
  await eventually(() => said.some((line) => line === '✓ Make the network [31m'), {
    timeoutMs: TIMEOUT_MS,
    what: 'the step',
  })
  lodge.link(id)
  await ready
  assert.equal(said[0], 'The space site is stopped. Start it?')
})

test('without anybody to ask it is started at once, and a failed start ends with its own sentence', async () => {
  const { userId, key } = await lodge.person('ada')
  const id = await lodge.space(userId, 'site', 'stopped')
  const ready = (await lodge.guest('site', key)).ready(silent)
  ready.catch(() => undefined)
  await eventually(() => lodge.wishes.length === 1, { timeoutMs: TIMEOUT_MS, what: 'the wish' })
  const failure = new SkeinError('no_subnet', { range: '10.0.0.0/8' }).body
  await lodge.setRuntime(id, { state: 'failed', failure })
  await assert.rejects(ready, /No free subnet is left/)
})

test('whoever waits for a space that somebody stops is told so', async () => {
  const { userId, key } = await lodge.person('ada')
  const id = await lodge.space(userId, 'site', 'stopped')
  const ready = (await lodge.guest('site', key)).ready(silent)
  ready.catch(() => undefined)
  await eventually(() => lodge.wishes.length === 1, { timeoutMs: TIMEOUT_MS, what: 'the wish' })
  await lodge.setRuntime(id, { state: 'stopped' })
  await assert.rejects(ready, withCode('space_not_running'))
})

test('a gateway that was taken over opens nothing but what ssh needs, and nothing unproved', async () => {
  const { userId, key } = await lodge.person('ada')
  await lodge.space(userId, 'site')
  const guest = await lodge.guest('site', key)
  const refused = async (open: object) =>
    await guest.open(open as StreamOpen).catch((error) => error.code)
  assert.equal(await refused({ kind: 'report' }), 'stream_unsupported')
  assert.equal(
    await refused({ kind: 'files', op: 'read', path: '/etc/passwd' }),
    'stream_unsupported',
  )
  assert.equal(await refused({ kind: 'tcp', port: 70_000 }), 'bad_request')
  assert.equal(await refused({ kind: 'unix', path: 'x'.repeat(108) }), 'bad_request')
  const way = await lodge.way()
  await assert.rejects(way.open('open', { open: { kind: 'sftp' } }), withCode('not_signed_in'))
  await assert.rejects(way.open('ready', { start: true }), withCode('not_signed_in'))
  const again = way.ask('hello', { address: '192.0.2.9' }, anything)
  await assert.rejects(again, withCode('conflict'))
  await assert.rejects(
    way.ask('authorise', { user: 'site', more: 1 }, anything),
    withCode('bad_request'),
  )
})

test('who was refused is written down, with the reason, and who came in after all is not', async () => {
  const { userId, key } = await lodge.person('ada')
  await lodge.space(userId, 'site')
  const enter = await lodge.way()
  await assert.rejects(enter.ask('authorise', attempt('site', newKey()), anything))
  await enter.ask('authorise', attempt('site', key), anything)
  const stranger = newKey()
  for (let i = 0; i < 3; i++) {
    await assert.rejects(lodge.guest('site', stranger, '192.0.2.2'), withCode('ssh_key_unknown'))
  }
  await assert.rejects(lodge.guest('cellar', key, '192.0.2.3'), withCode('ssh_space_unknown'))
  await assert.rejects(lodge.guest('-oProxyCommand=id', key, '192.0.2.3'))
  const unproven = await lodge.way('192.0.2.4')
  await unproven.ask('authorise', attempt('site', key, false), anything)
  for (let i = 0; i < ADDRESS_RULE.burst; i++)
    lodge.world.identity.sessions.countFailure('192.0.2.5')
  await assert.rejects(lodge.guest('site', key, '192.0.2.5'), withCode('rate_limited'))
  await lodge.door.close(0)
  const entries = await lodge.world.records.read('audit', { limit: 100 })
  const refused = entries.filter(({ body }) => body.action === 'ssh.refused')
  const seen = refused.map(({ body: { address, target, actor, credential, detail } }) =>
    [address, target?.name, actor.name, credential?.kind, detail?.reason, detail?.count].join(' '),
  )
  assert.deepEqual(seen.toSorted(), [
    '192.0.2.2 site stranger  ssh_key_unknown 3',
    '192.0.2.3 cellar ada sshKey ssh_space_unknown 1',
    '192.0.2.3 unknown ada sshKey ssh_space_unknown 1',
    '192.0.2.4 site stranger  key_unproven 1',
    '192.0.2.5 site stranger  rate_limited 1',
  ])
  assert.ok(refused.every(({ body }) => !JSON.stringify(body).includes('ProxyCommand')))
})

test('bytes that are no HTTP/2 end their own connection and no other', async () => {
  const { userId, key } = await lodge.person('ada')
  await lodge.space(userId, 'site')
  const guest = await lodge.guest('site', key)
  const socket = connect(lodge.socketPath)
  socket.on('error', () => undefined)
  socket.write('GET / HTTP/1.1\r\n\r\n'.repeat(100))
  await new Promise((resolve) => socket.resume().once('close', resolve))
  await guest.ready(silent)
})

test('a peer that ends waits for a command and not for a shell', async () => {
  const { userId, key } = await lodge.person('ada')
  await lodge.space(userId, 'site')
  const guest = await lodge.guest('site', key)
  await guest.open({ kind: 'session', pty: { term: 'xterm', cols: 80, rows: 24 } })
  const command = await guest.open({ kind: 'session', command: 'make' })
  const closed = lodge.door.close(TIMEOUT_MS)
  lodge.world.streams.opened[1]?.fin({ ok: true, status: 0 })
  assert.deepEqual(await command.finished, { ok: true, status: 0 })
  command.duplex.resume()
  command.fin({ ok: true })
  const beganMs = performance.now()
  await closed
  assert.ok(performance.now() - beganMs < TIMEOUT_MS / 2)
})
