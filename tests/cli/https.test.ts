// A server with an authority of its own: nothing is sent to it before somebody has said that it is the right one.

import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { NewToken } from '#protocol/api/access.ts'
import { TEST_PASSWORD } from '../support/api.ts'
import { TestAuthority } from '../support/certificates.ts'
import { freePort, Skein } from '../support/skein.ts'
import { Laptop } from './laptop.ts'

let skein: Skein
let laptop: Laptop
let url: string
let authority: string
let fingerprint: string
let token: string

before(async () => {
  laptop = new Laptop()
  const port = await freePort()
  url = `https://127.0.0.1:${port}`
  ;({ skein } = await Skein.start({ port, flags: ['--tls', 'self'], url, bare: true }))
  authority = join(skein.data, 'tls', 'ca.pem')
  fingerprint = new X509Certificate(readFileSync(authority)).fingerprint256
  const setup = { token: await skein.setupToken(), username: 'ada', password: TEST_PASSWORD }
  await post('/setup', setup)
  token = (JSON.parse(await post('/me/tokens', { name: 'laptop' })) as NewToken).secret
})
after(async () => {
  laptop.close()
  await skein?.close()
})

async function post(path: string, body: unknown): Promise<string> {
  const jar = laptop.path('jar')
  const words = ['-sS', '--cacert', authority, '-b', jar, '-c', jar, '-d', JSON.stringify(body)]
  const headers = ['-H', 'content-type: application/json', '-H', `origin: ${url}`]
  const ran = await laptop.run('curl', [...words, ...headers, `${url}/api/v1${path}`])
  return ran.stdout.toString()
}

const login = (...words: string[]) =>
  laptop.skein(['login', url, '--token', '-', ...words], { input: token })
const forget = () => rmSync(laptop.path('.config'), { recursive: true, force: true })

test('an authority that nobody vouched for is refused, and its fingerprint is told', async () => {
  const ran = await login()
  assert.equal(ran.status, 69)
  assert.ok(ran.stderr.includes(fingerprint), ran.stderr)
})

test('a fingerprint that is not the authority’s is refused', async () => {
  const ran = await login(
    '--fingerprint',
    fingerprint.replace(/^../, (two) => (two === '00' ? '11' : '00')),
  )
  assert.equal(ran.status, 69)
  assert.match(ran.stderr, /certificate_untrusted/)
})

test('the right fingerprint, or the authority’s file, signs in for good', async () => {
  for (const words of [
    ['--fingerprint', fingerprint],
    ['--fingerprint', `sha256:${fingerprint.replaceAll(':', '').toLowerCase()}`],
    ['--ca', authority],
  ]) {
    forget()
    const ran = await login(...words)
    assert.equal(ran.status, 0, ran.stderr)
    assert.match((await laptop.skein(['whoami'])).stdout.toString(), /^ada/)
  }
})

test('somebody in the middle with another certificate is sent no token', async () => {
  const stranger = new TestAuthority().issue(['127.0.0.1'])
  const heard: string[] = []
  const middle = await listen(stranger, (authorization) => heard.push(authorization))
  try {
    const { port } = middle.address() as { port: number }
    const config = laptop.path('.config/skein/config.json')
    const env = { SKEIN_URL: `https://127.0.0.1:${port}`, SKEIN_TOKEN: token }
    const ran = await laptop.skein(['whoami'], { env })
    assert.equal(ran.status, 69)
    assert.match(ran.stderr, /certificate_untrusted/)
    assert.ok(readFileSync(config, 'utf8').includes(url))
    assert.deepEqual(heard, [])
  } finally {
    middle.close()
  }
})

test('one line installs from such a server when curl is given the authority', async () => {
  const line = `curl -fsSL --cacert ${authority} ${url}/cli/install.sh | SKEIN_CA=${authority} sh`
  const ran = await laptop.run('sh', ['-c', line])
  assert.equal(ran.status, 0, ran.stderr)
})

async function listen(
  { cert, key }: { cert: string; key: string },
  hear: (authorization: string) => void,
): Promise<Server> {
  const server = createServer({ cert, key }, (request, response) => {
    hear(request.headers.authorization ?? '')
    response.end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}
