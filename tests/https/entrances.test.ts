// A person at another machine: signs in under the public name over HTTPS, opens a terminal and types in it, through each
// of the four ways; their true address is in the audit, and an agent's link goes the same way.

import assert from 'node:assert/strict'
import { createHash, type Hash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { after, before, describe, test } from 'node:test'
import type { AuditEvent } from '#protocol/api/audit.ts'
import { newId, type SpaceId } from '#protocol/ids.ts'
import { formatIdentity } from '#protocol/link.ts'
import { type DialOptions, dial } from '../../link/dial.ts'
import { systemClock } from '../../server/clock.ts'
import { CLUSTER_KEY_FILE, deriveAgentKey } from '../../server/identity/keys.ts'
import { Api, TEST_PASSWORD } from '../support/api.ts'
import { launchBrowser, Visitor } from '../support/browser.ts'
import { TestTerminal } from '../support/terminal.ts'
import { ask, lines, STRANGER, send } from './ask.ts'
import { type Entrance, entrances } from './entrances.ts'
import { APPS_DOMAIN, HOST_RULES, PUBLIC_NAME, resolveTestNames, trust } from './names.ts'
import { comeIn, openTerminal, shows } from './visit.ts'

const NAME = 'ada'
const FORGED = '6.6.6.6'
const TEMPLATE = `name: door
main: main
services:
  main:
    image: skein/debian-test:1
`

resolveTestNames()

/** As the agent of the space's first start would dial. */
function attemptAt(address: string, spaceId: SpaceId, data: string): DialOptions {
  const secret = Buffer.from(readFileSync(join(data, CLUSTER_KEY_FILE), 'utf8'), 'hex')
  const identity = formatIdentity({ spaceId, epoch: 1, lane: 'control', run: 'a'.repeat(32) })
  const { signal } = new AbortController()
  return { address, identity, clock: systemClock, signal, key: deriveAgentKey(secret, spaceId, 1) }
}

const PIECES = 16
const PIECE_BYTES = 1024 * 1024

/** 16 MB that no proxy can make smaller. */
function* pieces(hash: Hash): Generator<Buffer> {
  for (let i = 0; i < PIECES; i++) {
    const piece = randomBytes(PIECE_BYTES)
    hash.update(piece)
    yield piece
  }
}

/** In Perl, which the image has. */
const APP = `perl -MIO::Socket::INET -e '
$s = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => 8080, Listen => 9, ReuseAddr => 1);
print "app-", "listens\\n"; $b = "from-the-app"; $l = length $b;
while ($c = $s->accept) { while (<$c>) { last if /^\\r\\n$/ }
print $c "HTTP/1.1 200 OK\\r\\nContent-Length: $l\\r\\nConnection: close\\r\\n\\r\\n$b"; close $c }'
`

async function startApp(api: Api, spaceId: SpaceId): Promise<void> {
  const terminal = await TestTerminal.open(api, spaceId, 'app')
  terminal.type(APP)
  await terminal.until(/app-listens/)
  terminal.close()
}

for (const [name, open] of entrances) {
  describe(`through ${name}`, () => {
    const spaceId = newId<'space'>()
    let entrance: Entrance
    let api: Api

    before(async () => {
      entrance = await open()
      trust(...entrance.authorities)
      api = new Api(entrance.skein.url)
      await api.setUp(await entrance.skein.setupToken(), NAME)
      const template = await api.createTemplate(TEMPLATE)
      await api.createSpace({ id: spaceId, name: 'box', templateId: template.id })
      await api.until(spaceId, 'running')
    })
    after(async () => {
      if (api?.cookie) await api.deleteSpaces()
      await entrance?.close()
    })

    test('a person signs in under the public name, types in a terminal and opens an app', async () => {
      const { skein, authorities } = entrance
      const browser = await launchBrowser({ hosts: HOST_RULES, trusts: authorities })
      try {
        const visitor = await Visitor.arrive(browser, skein.url)
        const { page } = visitor
        await comeIn(page, NAME)
        assert.equal(new URL(page.url()).hostname, PUBLIC_NAME)
        const [cookie] = await page.context().cookies()
        assert.equal(cookie?.name, '__Host-skein')
        const screen = await openTerminal(page, 'box')
        await screen.enter('echo typed-$((6 * 7))')
        await screen.shows(/^typed-42$/m)
        await startApp(api, spaceId)
        const { port } = new URL(skein.url)
        await shows(page, `https://8080--box--${NAME}.${APPS_DOMAIN}:${port}/`, 'from-the-app')
        const grave = /\bSSL|CERT|certificate|Mixed Content|Content Security|cookie/i
        assert.deepEqual(
          visitor.complaints.filter((line) => grave.test(line)),
          [],
        )
      } finally {
        await browser.close()
      }
    })

    test('a megabyte of output arrives whole over one connection', async () => {
      const terminal = await TestTerminal.open(api, spaceId, 'flood')
      terminal.type("seq 1 150000 | md5sum; seq 1 150000; echo flood-''over\n")
      await terminal.until(/flood-over/, 60_000)
      assert.ok(terminal.bytes > 1_000_000)
      assert.equal(terminal.connections, 1)
      terminal.close()
    })

    test('the audit has the true address, whatever the client claims', async () => {
      const { url } = entrance.skein
      const answer = await ask(`${url}/api/v1/session`, {
        method: 'POST',
        from: STRANGER,
        headers: {
          'content-type': 'application/json',
          origin: url,
          'x-forwarded-for': FORGED,
          'x-real-ip': FORGED,
          forwarded: `for=${FORGED}`,
        },
        body: JSON.stringify({ username: NAME, password: TEST_PASSWORD }),
      })
      assert.equal(answer.status, 201, answer.text)
      const { events } = await api.call<{ events: AuditEvent[] }>('GET', '/audit')
      const addresses = events.map(({ address }) => address)
      assert.equal(addresses[0], STRANGER)
      assert.ok(!addresses.includes(FORGED))
    })

    test('an agent links by the public URL, proved by its key alone', async () => {
      const { skein } = entrance
      const attempt = attemptAt(skein.url, spaceId, skein.data)
      const { socket, raw } = await dial(attempt)
      assert.equal(socket.getProtocol(), 'TLSv1.3')
      socket.destroy()
      raw.destroy()
      await assert.rejects(dial({ ...attempt, key: Buffer.alloc(32, 1) }))
    })

    test('an agent links by plain HTTP at the listener’s own port, as over the bridge', async () => {
      const { skein } = entrance
      const address = `http://127.0.0.1:${skein.port}`
      const { socket, raw } = await dial(attemptAt(address, spaceId, skein.data))
      assert.equal(socket.getProtocol(), 'TLSv1.3')
      socket.destroy()
      raw.destroy()
    })

    test('a large upload and its download arrive whole, and nobody keeps them on the way', async () => {
      const { url } = entrance.skein
      const file = `${url}/api/v1/spaces/${spaceId}/files/content?path=/tmp/large`
      const headers = { origin: url, cookie: api.cookie }
      const sent = createHash('sha256')
      const body = Readable.toWeb(Readable.from(pieces(sent)))
      const put = await fetch(file, { method: 'PUT', headers, body, duplex: 'half' })
      assert.equal(put.status, 200, await put.text())
      const got = await fetch(file, { headers })
      const received = createHash('sha256')
      for await (const chunk of got.body ?? []) received.update(chunk)
      assert.equal(received.digest('hex'), sent.digest('hex'))
    })

    test('a request too large is refused while it is still being sent', async () => {
      const { url } = entrance.skein
      const answer = await ask(`${url}/api/v1/session`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          origin: url,
          'content-length': '1000000000',
        },
        body: 'x',
      })
      assert.equal(answer.status, 413, answer.text)
    })

    test('plain HTTP leads to HTTPS under the public name, and only there', async () => {
      const { plainPort, skein } = entrance
      const own = new URL(skein.url).host
      const page = await send(plainPort, lines('GET /spaces HTTP/1.1', `Host: ${own}`))
      assert.match(page, /^HTTP\/1\.[01] 308 /)
      assert.match(page, new RegExp(`^location: https://${PUBLIC_NAME}[:/]`, 'im'))
      const evil = await send(plainPort, lines('GET /spaces HTTP/1.1', 'Host: evil.example'))
      assert.doesNotMatch(evil, /location:.*evil/i)
    })
  })
}
