// Three real servers of one cluster, of which only the second has an engine: a space changes hands at one of the others,
// and what people tried against products of this kind is sent to a whole server.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { after, before, test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { AuditPage } from '#protocol/api/audit.ts'
import { SkeinError } from '#protocol/errors.ts'
import { newId } from '#protocol/ids.ts'
import { Api, TEST_PASSWORD } from '../support/api.ts'
import { eventually } from '../support/eventually.ts'
import { freePath, type Skein } from '../support/skein.ts'
import { TestTerminal } from '../support/terminal.ts'
import { administrator, startPeers } from './support.ts'

const TEMPLATE = `
name: handed
parameters: { repo: { type: text, default: none } }
services:
  main:
    image: "skein/base:1"
    environment: { REPO: "\${{ param.repo }}" }
    volumes: ["home:/home"]
volumes: { home: {} }
`
/** What somebody typed who hopes for a shell, an option of git or another line of YAML. */
const TRAP =
  '--upload-pack=touch /tmp/trap; $(touch /tmp/trap) `touch /tmp/trap` "}, privileged: true'
const soon = (what: string) => ({ timeoutMs: 30_000, what })
/** What is promised, ms; the loaded machines of tests get more. */
const ENDED_MS = process.env.SKEIN_TEST_TIMED === undefined ? 10_000 : 1000
const [A, B, C] = [0, 1, 2] as const

let peers: readonly Skein[] = []
let apis: readonly Api[] = []
let templateId = ''
const spaceId = newId<'space'>()

const api = (at: number): Api => apis[at] ?? assert.fail('no such peer')
const refusal = (work: Promise<unknown>): Promise<unknown> =>
  work.then(() => 'done').catch((error: unknown) => (error as { code?: unknown }).code)

/** Somebody who is signed in, at each peer. */
async function person(username: string): Promise<(at: number) => Api> {
  await api(A).call('POST', '/users', { username, password: TEST_PASSWORD })
  const first = new Api(api(A).url)
  await first.signIn(username)
  return (at) => {
    const there = new Api(api(at).url)
    there.cookie = first.cookie
    return there
  }
}

before(async () => {
  const away = ['--docker', freePath('no-engine.sock')]
  peers = await startPeers(3, {}, [away, [], away])
  apis = await administrator(peers)
  ;({ id: templateId } = await api(A).createTemplate(TEMPLATE))
  await eventually(
    async () => (await refusal(api(B).call('GET', `/templates/${templateId}`))) === 'done',
    soon('the template at the engine'),
  )
})

after(async () => {
  for (const each of apis) await each.deleteSpaces().catch(() => undefined)
  await Promise.all(peers.map((skein) => skein.close()))
})

test('a space that is handed over at one server, with its engine at another, is the new owner’s at all of them', async () => {
  const [olaf, nina] = [await person('olaf'), await person('nina')]
  const parameters = { repo: TRAP }
  await olaf(A).createSpace({ id: spaceId, name: 'ark', templateId, parameters })
  await olaf(A).until(spaceId, 'running')
  await eventually(async () => (await refusal(nina(C).call('GET', '/me'))) === 'done', soon('nina'))
  assert.equal(await refusal(nina(C).space(spaceId)), 'not_found')
  const open = await Promise.all(
    [A, B, C].map((at) => TestTerminal.open(olaf(at), spaceId, `of-${at}`)),
  )
  const ended = open.map((terminal) => {
    const from = terminal.connections
    const isOver = () =>
      (terminal.connections > from || terminal.errors.length > 0) && performance.now()
    return eventually(isOver, soon('its end'))
  })
  const sinceMs = performance.now()
  await olaf(A).call('POST', `/spaces/${spaceId}/transfer`, { to: 'nina' })
  const took = (await Promise.all(ended)).map((ms) => Math.round(Number(ms) - sinceMs))
  console.log(`# the former owner was out after ${took.join(', ')} ms`)
  for (const ms of took) assert.ok(ms < ENDED_MS, `${ms} ms`)
  const attached = open.map((terminal) => terminal.attached)
  for (const at of [C, B, A]) {
    const seen = await eventually(() => nina(at).space(spaceId), soon('it at the new owner’s'))
    assert.deepEqual([seen.owner.name, seen.standing], ['nina', 'owner'])
    assert.equal(await refusal(olaf(at).space(spaceId)), 'not_found')
    assert.equal(await refusal(olaf(at).act(spaceId, 'stop')), 'not_found')
    const typed = await TestTerminal.open(nina(at), spaceId, 'hers')
    typed.type(`echo hers-''at-${at}\n`)
    await typed.until(new RegExp(`hers-at-${at}\r\n`))
    typed.close()
  }
  // They have tried all the while, and none of them came in again.
  assert.deepEqual(
    open.map((terminal) => terminal.attached),
    attached,
  )
  for (const terminal of open) terminal.close()
  const audit = async () =>
    (await api(C).call<AuditPage>('GET', '/audit?action=space.transfer')).events[0]
  const entry = await eventually(audit, soon('the entry at the third'))
  assert.deepEqual([entry.before, entry.after], [{ owner: 'olaf' }, { owner: 'nina' }])
  const { since } = await nina(C).space(spaceId)
  await nina(C).act(spaceId, 'restart')
  // As it was before it still runs for a moment, as this peer sees it.
  const restarted = async () => {
    const now = await nina(C).space(spaceId)
    return now.state === 'running' && now.since !== since
  }
  await eventually(restarted, soon('it restarted'))
})

test('what somebody types into a field is one word of the environment, whatever it looks like', async () => {
  const nina = new Api(api(B).url)
  await nina.signIn('nina')
  const terminal = await TestTerminal.open(nina, spaceId, 'field')
  terminal.type(
    'printf %s "$REPO" | base64 -w0; test -e /tmp/trap && echo trap-""ped; echo en""ded\n',
  )
  await terminal.until(/ended\r\n/)
  assert.ok(terminal.text.includes(Buffer.from(TRAP).toString('base64')), terminal.text)
  assert.doesNotMatch(terminal.text, /trap-ped/)
  terminal.close()
})

test('a volume is its own space’s, however another names it', async () => {
  const eve = await person('eve')
  const id = newId<'space'>()
  const nina = new Api(api(A).url)
  await nina.signIn('nina')
  const wrote = await TestTerminal.open(nina, spaceId, 'volume')
  wrote.type('echo of-nina > /home/mark; sync; echo writ""ten\n')
  await wrote.until(/written\r\n/)
  wrote.close()
  await eve(C).createSpace({ id, name: 'ark', templateId })
  await eve(C).until(id, 'running')
  const looks = await TestTerminal.open(eve(C), id, 'look')
  looks.type('cat /home/mark; echo look""ed\n')
  await looks.until(/looked\r\n/)
  assert.doesNotMatch(looks.text, /of-nina/)
  looks.close()
  const named = (volume: string) =>
    api(A).createTemplate(
      `name: Thief\nservices:\n  main:\n    image: debian\n    volumes: ["${volume}:/stolen"]\n`,
    )
  assert.equal(await refusal(named('home')), 'done')
  for (const volume of [`skein-${spaceId}-home`, `../skein-${spaceId}-home`, '/var/lib/docker']) {
    assert.equal(await refusal(named(volume)), 'template_invalid', volume)
  }
})

/** What the kernel's buffers hold on the way, and what is sent on a busy machine before the refusal is heard; 64 kB on a quiet one. */
const UNHEARD_BYTES = 16 * 1024 * 1024

test('an archive is refused before it is read, to who may not write into the space', async () => {
  const stranger = await person('packer')
  const send = async (at: number) => {
    let sent = 0
    const body = new ReadableStream({
      // With a turn for others between: who makes pieces without end in one turn never hears that the other side is gone.
      async pull(controller) {
        await nextTurn()
        sent += 65_536
        if (sent > UNHEARD_BYTES) controller.close()
        else controller.enqueue(new Uint8Array(65_536))
      },
    })
    const { url, cookie } = stranger(at)
    const headers = { cookie, origin: url, 'content-type': 'application/x-tar' }
    const path = `${url}/api/v1/spaces/${spaceId}/files/tar?path=/tmp`
    const signal = AbortSignal.timeout(20_000)
    const init = { method: 'PUT', headers, body, duplex: 'half', signal } as RequestInit
    const status = await fetch(path, init).then(
      (answer) => answer.status,
      () => 'cut off',
    )
    return { status, sent }
  }
  for (const at of [A, B, C]) {
    const { status, sent } = await send(at)
    assert.ok(status === 404 || status === 'cut off', String(status))
    assert.ok(sent <= UNHEARD_BYTES, `${sent} bytes were taken`)
  }
})

test('a template knows no word for a session, a token or a key of the server', async () => {
  for (const word of ['session.token', 'user.token', 'user.password', 'server.key', 'env.HOME']) {
    for (const place of [
      `apps:\n  - { name: Out, port: 80, path: "/?t=\${{ ${word} }}" }\n`,
      `env: { T: "\${{ ${word} }}" }\n`,
    ]) {
      const source = `name: Leak\n${place}services:\n  main:\n    image: debian\n`
      const refused = await api(A)
        .createTemplate(source)
        .catch((error: unknown) => error)
      assert.ok(refused instanceof SkeinError, source)
      assert.equal(refused.code, 'template_invalid', source)
    }
  }
  const known = `name: Known\nservices:\n  main:\n    image: debian\n    environment: { T: "\${{ space.name }}" }\n`
  assert.equal(await refusal(api(A).createTemplate(known)), 'done')
  const unknown = known.replace('space.name', 'session.token').replace('Known', 'Unknown')
  assert.equal(await refusal(api(A).createTemplate(unknown)), 'template_invalid')
})

test('no server asks an address that people name', async () => {
  let asked = 0
  const canary = createServer((socket) => {
    asked++
    socket.destroy()
  }).listen(0, '127.0.0.1')
  await once(canary, 'listening')
  const { port } = canary.address() as { port: number }
  const there = `http://127.0.0.1:${port}`
  const nina = new Api(api(A).url)
  await nina.signIn('nina')
  const base = `name: Asks\nservices:\n  main:\n    image: 127.0.0.1:${port}/x\n`
  for (const more of [
    `icon: ${there}/i.svg\n`,
    `description: "![](${there}/d.png)"\n`,
    `extends: ${there}\n`,
  ]) {
    await refusal(api(A).createTemplate(`${more}${base}`))
    await refusal(api(A).call('POST', '/templates/check', { source: `${more}${base}` }))
    await refusal(api(A).call('POST', '/templates/compose', { source: `${more}${base}` }))
  }
  await refusal(
    api(A).call('PUT', `/registries/127.0.0.1:${port}`, { username: 'u', password: 'p' }),
  )
  for (const to of [
    `tcp:[::ffff:127.0.0.1]:${port}`,
    `tcp:127.0.0.1:${port}`,
    'tcp:169.254.169.254:80',
    `unix:${there}`,
  ]) {
    const path = `/spaces/${spaceId}/connect?to=${encodeURIComponent(to)}`
    const headers = { cookie: nina.cookie, origin: nina.url }
    const answer = await fetch(`${nina.url}/api/v1${path}`, { headers })
    assert.ok(answer.status >= 400 && answer.status < 500, `${to}: ${answer.status}`)
  }
  canary.close()
  assert.equal(asked, 0)
})
