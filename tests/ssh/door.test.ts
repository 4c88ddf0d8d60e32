// Who is let in by ssh, who is not and what they are told, and what becomes of a space that stands still.

import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import type { AuditEvent } from '#protocol/api/audit.ts'
import { newId } from '#protocol/ids.ts'
import { MAX_PER_ADDRESS } from '../../server/gateway/crowd.ts'
import { ADDRESS_RULE } from '../../server/identity/limits.ts'
import type { Api } from '../support/api.ts'
import { eventually } from '../support/eventually.ts'
import { run, start } from '../support/ssh/client.ts'
import { Person } from '../support/ssh/person.ts'
import { Site } from '../support/ssh/site.ts'
import { ssh, sshWith } from './suite/reach.ts'

const TIMEOUT_MS = 30_000

let site: Site
let eve: Api

before(async () => {
  site = await Site.open()
  eve = await site.member('eve')
  await Promise.all([site.space('site'), site.space('hers', eve)])
})
after(() => site?.close())

const as = (user: string, ...words: string[]) => run(ssh(site.reach(user), ...words))
const audit = async (action: string) => {
  const { events } = await site.api.call<{ events: AuditEvent[] }>('GET', '/audit')
  return events.filter((event) => event.action === action)
}

test('one’s own space is entered by its name alone or with one’s own', async () => {
  for (const user of ['site', 'ada+site']) {
    assert.deepEqual(await as(user, 'echo in'), { status: 0, stdout: 'in\n', stderr: '' })
  }
  const entries = await eventually(
    async () => {
      const found = await audit('ssh.attach')
      return found.length >= 2 ? found : undefined
    },
    { timeoutMs: TIMEOUT_MS, what: 'the audit' },
  )
  const [entry] = entries
  assert.equal(entry?.actor.name, 'ada')
  assert.equal(entry?.address, '127.0.0.1')
  assert.match(String(entry?.detail?.fingerprint), /^SHA256:/)
})

test('a space that is not there and one that is another’s are refused alike, by one sentence', async () => {
  const sentence = async (user: string) => {
    const { status, stderr } = await as(user, 'true')
    assert.equal(status, 255)
    const [first = ''] = stderr.split('\r\n')
    assert.match(first, /^skein: There is no space .* that you may enter\.$/)
    return first.replace(/“.*”/, '“…”')
  }
  assert.equal(await sentence('eve+hers'), await sentence('eve+none'))
  assert.equal(await sentence('nobody+none'), await sentence('none'))
})

test('names that are options, commands or much too long are names of nothing', async () => {
  const evil = `/tmp/skein-evil-${process.pid}`
  for (const user of [`-oProxyCommand=touch ${evil}`, '$(id)', '../site', 'site;id', '-l']) {
    const { status, stderr } = await as(user, 'true')
    assert.equal(status, 255)
    assert.match(stderr, /no space of that name/, user)
  }
  const { status } = await as('x'.repeat(10_000), 'true')
  assert.equal(status, 255)
  assert.equal(existsSync(evil), false)
  assert.equal((await as('site', 'true')).status, 0)
})

test('a key that nobody registered is told its fingerprint and the page', async () => {
  const stranger = site.home.newKey('stranger')
  const { status, stderr } = await withKeys([stranger])
  assert.equal(status, 255)
  assert.match(stderr, /Nobody has registered the key SHA256:\S{43}; add it .*\/account\./)
  // Whoever has a key that fits hears nothing of the others.
  const all = await withKeys([stranger, site.home.key])
  assert.deepEqual(all, { status: 0, stdout: 'in\n', stderr: '' })
})

test('the header of a proxy is not believed, and ends the connection', async () => {
  const said = await raw('PROXY TCP4 203.0.113.9 203.0.113.1 1 2\r\nSSH-2.0-x\r\n')
  assert.doesNotMatch(said, /SSH_MSG/)
  assert.equal((await as('site', 'true')).status, 0)
  assert.ok((await audit('ssh.attach')).every(({ address }) => address !== '203.0.113.9'))
})

test('guessing from one address is stopped, at the pages too, and nobody else is', async () => {
  const stranger = site.home.newKey('guesser')
  const there = ['-b', '127.0.0.77']
  // Several at once: one attempt comes back each three seconds, and a slow machine takes as long for a login.
  const isStopped = async () => {
    const guesses = Array.from({ length: ADDRESS_RULE.burst / 2 }, () =>
      withKeys([stranger], ...there),
    )
    const said = (await Promise.all(guesses)).map(({ stderr }) => stderr)
    for (const each of said) assert.match(each, /Nobody has registered|Too many attempts/)
    return said.some((each) => /Too many attempts/.test(each))
  }
  await eventually(isStopped, { timeoutMs: 2 * TIMEOUT_MS, what: 'the limit' })
  assert.equal(await loginFrom('127.0.0.77'), 429)
  assert.equal((await as('site', 'true')).status, 0)
})

test('one address may hold so many connections and no more, silent ones make room', async () => {
  const sockets = Array.from({ length: MAX_PER_ADDRESS + 20 }, () => {
    const socket = connect({
      port: site.skein.sshPort,
      host: '127.0.0.1',
      localAddress: '127.0.0.78',
    })
    return socket.on('error', () => undefined)
  })
  const refused = Promise.any(
    sockets.map(
      (socket) =>
        new Promise<string>((resolve, reject) => {
          socket.on('data', (bytes) => /Too many/.test(String(bytes)) && resolve(String(bytes)))
          socket.on('close', reject)
        }),
    ),
  )
  assert.match(await refused, /Too many ssh connections/)
  assert.equal((await as('site', 'true')).status, 0)
  for (const socket of sockets) socket.destroy()
})

test('a key that is removed ends what it opened', async () => {
  const file = site.home.newKey('short-lived')
  const line = site.home.publicLine(file)
  const { id } = await site.api.call<{ id: string }>('POST', '/me/keys', { line })
  const child = start(ssh(site.reach('site', [file]), 'echo in; cat'))
  child.stdout?.resume()
  await new Promise((resolve) => child.stdout?.once('data', resolve))
  await site.api.call('DELETE', `/me/keys/${id}`)
  await eventually(() => child.exitCode !== null, { timeoutMs: TIMEOUT_MS, what: 'the end' })
  assert.equal(child.exitCode, 255)
})

test('a stopped space asks before it is started, and tells each step', async () => {
  const id = await site.space('asleep')
  await site.api.act(id, 'stop')
  await site.api.until(id, 'stopped')
  const no = new Person(ssh(site.reach('asleep')))
  await no.hears(/The space asleep is stopped\. Start it\? \[Y\/n\] /)
  no.type('n')
  await no.hears(/The space is stopped\./)
  assert.notEqual(await no.ends(), 0)
  const yes = new Person(ssh(site.reach('asleep')))
  await yes.hears(/\[Y\/n\] /)
  yes.type('y')
  await yes.hears(/✓ .*\r\n/)
  await yes.hears(/[$#] $/)
  yes.type('exit 4\n')
  assert.equal(await yes.ends(), 4)
})

test('without a terminal a stopped space is started at once, for several at a time', async () => {
  const [space] = (await site.api.spaces()).filter(({ name }) => name === 'asleep')
  assert.ok(space)
  await site.api.act(space.id, 'stop')
  await site.api.until(space.id, 'stopped')
  const all = await Promise.all([1, 2, 3].map((i) => as('asleep', `echo up; exit ${i}`)))
  for (const [i, { status, stdout, stderr }] of all.entries()) {
    assert.deepEqual([status, stdout], [i + 1, 'up\n'], stderr)
  }
  assert.ok(all.some(({ stderr }) => /✓/.test(stderr)))
})

test('a space that cannot start says why', async () => {
  const source = 'name: broken\nservices: {main: {image: "skein/none:1"}}'
  const { id: templateId } = await site.api.createTemplate(source)
  const id = newId<'space'>()
  await site.api.createSpace({ id, name: 'broken', templateId })
  await site.api.until(id, 'failed')
  const { status, stderr } = await as('broken', 'true')
  assert.notEqual(status, 0)
  assert.match(stderr, /The image skein\/none:1 could not be had/)
})

const withKeys = (keys: string[], ...options: string[]) =>
  run(sshWith(site.reach('site', keys), options, 'echo in'))

function raw(text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ port: site.skein.sshPort, host: '127.0.0.1' })
    let said = ''
    socket.on('data', (bytes) => {
      said += bytes
    })
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(said))
    socket.write(text)
  })
}

function loginFrom(localAddress: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', origin: site.skein.url }
    const call = request(
      `${site.skein.url}/api/v1/session`,
      { method: 'POST', localAddress, headers },
      (answer: IncomingMessage) => resolve(answer.resume().statusCode),
    )
    call.on('error', reject)
    call.end(JSON.stringify({ username: 'ada', password: 'a wrong password' }))
  })
}
