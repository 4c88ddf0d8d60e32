// Which way a request takes to an app in a real container, told by whom the app sees at the other end; and what becomes of
// an address whose space has gone while people still ask for its app.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Api, TEST_PASSWORD } from '../support/api.ts'
import {
  addressOf,
  containerOf,
  startNode,
  untilListens,
  visitorOf,
  writeInto,
} from '../support/apps.ts'
import { docker } from '../support/docker.ts'
import { eventually } from '../support/eventually.ts'
import { Skein } from '../support/skein.ts'
import { appsTemplate, startSpace } from './program.ts'

const EVERYWHERE = 3000
const LOOPBACK = 3001
const HEARD = '/tmp/heard'
const PATIENCE = { timeoutMs: 20_000 }

/** Says who asks, and writes down that somebody did. */
const PROGRAM = `
import { appendFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
writeFileSync('${HEARD}', '')
const answer = (request, response) => {
  appendFileSync('${HEARD}', request.url + '\\n')
  response.end(request.socket.remoteAddress)
}
createServer(answer).listen(${EVERYWHERE}, '0.0.0.0')
createServer(answer).listen(${LOOPBACK}, '127.0.0.1')
`

let skein: Skein
let api: Api
let eve: Api
let template = ''

before(async () => {
  ;({ skein, api } = await Skein.start())
  await api.call('POST', '/users', { username: 'eve', password: TEST_PASSWORD })
  eve = new Api(skein.url)
  await eve.signIn('eve')
  template = await appsTemplate(api)
})

after(async () => {
  await eve?.deleteSpaces()
  await api?.deleteSpaces()
  await skein?.close()
})

async function begin(owner: Api, name: string) {
  const space = await startSpace(owner, template, name)
  const container = await containerOf(space)
  await writeInto(container, '/tmp/who.mjs', PROGRAM)
  await startNode(container, '/tmp/who.mjs')
  for (const port of [EVERYWHERE, LOOPBACK]) await untilListens(owner, space, port)
  return { space, container, address: await addressOf(container) }
}

test('an app that listens everywhere is dialled in its network, one on loopback through the agent', async () => {
  const { container } = await begin(api, 'ways')
  const visitor = visitorOf(api)
  const seen: Record<number, string> = {}
  for (const port of [EVERYWHERE, LOOPBACK]) {
    const host = `${port}--ways--ada.localhost`
    await visitor.go(host, '/')
    // The first few may have gone before the peer heard where the port listens.
    seen[port] = String((await visitor.get(host, '/')).body)
  }
  const gateway = await docker(
    'inspect',
    '--format',
    '{{range .NetworkSettings.Networks}}{{.Gateway}}{{end}}',
    container,
  )
  assert.deepEqual(seen, { [EVERYWHERE]: gateway, [LOOPBACK]: '127.0.0.1' })
})

test('whoever asks for an app whose space is gone never reaches the one that has its address now', async (t) => {
  const first = await begin(api, 'first')
  const visitor = visitorOf(api)
  const host = `${EVERYWHERE}--first--ada.localhost`
  await visitor.go(host, '/')
  assert.equal((await visitor.get(host, '/')).status, 200)
  let isOver = false
  let asked = 0
  const asking = (async () => {
    for (; !isOver; asked++) await visitor.get(host, '/for-the-first').catch(() => undefined)
  })()
  await docker('kill', first.container)
  await eventually(async () => (await api.space(first.space)).state === 'failed', {
    ...PATIENCE,
    what: 'the space to be gone',
  })
  const second = await begin(eve, 'second')
  const before = asked
  await eventually(() => asked > before + 20, { ...PATIENCE, what: 'more requests' })
  isOver = true
  await asking
  if (second.address !== first.address) t.diagnostic('somebody else was given the address')
  assert.equal(await docker('exec', second.container, 'cat', HEARD), '')
})

test('with the setting off every request takes the agent’s way', async () => {
  const other = await Skein.start({ flags: ['--direct-apps', 'false'] })
  try {
    const space = await startSpace(other.api, await appsTemplate(other.api), 'off')
    const container = await containerOf(space)
    await writeInto(container, '/tmp/who.mjs', PROGRAM)
    await startNode(container, '/tmp/who.mjs')
    await untilListens(other.api, space, EVERYWHERE)
    const visitor = visitorOf(other.api)
    const host = `${EVERYWHERE}--off--ada.localhost`
    await visitor.go(host, '/')
    assert.equal(String((await visitor.get(host, '/')).body), '127.0.0.1')
  } finally {
    await other.api.deleteSpaces()
    await other.skein.close()
  }
})
