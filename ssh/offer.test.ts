// Which algorithms a client can have, and that ssh2 is the version whose inside we know.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import net from 'node:net'
import { duplexPair } from 'node:stream'
import { after, before, test } from 'node:test'
import { offerOf } from './offer.ts'
import { OpenSsh } from './testing/openssh.ts'
import { TestServer } from './testing/server.ts'
import { soon } from './testing/soon.ts'
import { Stranger } from './testing/stranger.ts'

const HOST = 'me@127.0.0.1'
let server: TestServer
let client: OpenSsh

before(async () => {
  server = await TestServer.start()
  client = new OpenSsh(server)
})
after(async () => {
  client.close()
  await server.close()
})

test('ssh2 is the version whose inside was read', () => {
  const path = createRequire(import.meta.url).resolve('ssh2/package.json')
  assert.equal(JSON.parse(readFileSync(path, 'utf8')).version, '1.17.0')
})

test('stock ssh gets AES-GCM, an ed25519 host key and a list of signatures without SHA-1', async () => {
  const { stderr } = await client.ssh(['-v', HOST, 'true'])
  assert.match(stderr, /kex: server->client cipher: aes128-gcm@openssh\.com/)
  assert.match(stderr, /kex: host key algorithm: ssh-ed25519/)
  assert.match(stderr, /kex: algorithm: curve25519-sha256/)
  const [, algorithms = ''] = /server-sig-algs=<([^>]+)>/.exec(stderr) ?? []
  assert.ok(algorithms.split(',').includes('ecdsa-sha2-nistp521'), algorithms)
  assert.ok(algorithms.split(',').includes('rsa-sha2-512'), algorithms)
  assert.doesNotMatch(algorithms, /ssh-rsa|ssh-dss/)
})

for (const weak of [
  'KexAlgorithms=diffie-hellman-group1-sha1',
  'KexAlgorithms=diffie-hellman-group14-sha1',
  'Ciphers=aes128-cbc,3des-cbc',
  'HostKeyAlgorithms=ssh-rsa',
]) {
  test(`${weak} finds nothing here`, async () => {
    const { status, stderr } = await client.ssh(['-o', weak, HOST, 'true'])
    assert.equal(status, 255)
    assert.match(stderr, /no matching/)
  })
}

const plainOffer = (cipher: string, mac = 'hmac-sha2-256') => {
  const direction = { cipher: [cipher], mac: [mac], compress: ['none'], lang: [] }
  return { ...offerOf(['ssh-ed25519']), kex: ['curve25519-sha256'], cs: direction, sc: direction }
}

test('a client without the strict key exchange may have AES-GCM', async () => {
  const sock = net.connect(server.port, '127.0.0.1')
  const stranger = await Stranger.meet(sock, plainOffer('aes128-gcm@openssh.com'))
  stranger.close()
})

for (const [cipher, mac] of [
  ['chacha20-poly1305@openssh.com', undefined],
  ['aes128-ctr', 'hmac-sha2-256-etm@openssh.com'],
] as const) {
  test(`a client without the strict key exchange may not have ${cipher} ${mac ?? ''}`, async () => {
    const sock = net.connect(server.port, '127.0.0.1')
    const before = server.servings.length
    Stranger.begin(sock, plainOffer(cipher, mac))
    await soon(once(sock, 'close'), 'the end')
    const reason = await server.servings[before]?.closed
    // Without the addon they are not even offered.
    assert.match(reason?.message ?? '', /strict key exchange|no matching/)
  })
}

test('a first line in pieces, and an end before the keys, leave no client waiting', async () => {
  const [sock, far] = duplexPair()
  const [served, near] = duplexPair()
  server.serve(served)
  far.on('data', (bytes) => near.write(bytes))
  near.on('data', (bytes: Buffer) => {
    for (const byte of bytes) far.write(Buffer.of(byte))
  })
  const whole = await Stranger.meet(sock, plainOffer('aes128-gcm@openssh.com'))
  whole.close()
  near.destroy()
  const early = net.connect(server.port, '127.0.0.1')
  const met = Stranger.meet(early, plainOffer('3des-cbc'))
  await assert.rejects(soon(met, 'the end'), /closed before keys were exchanged/)
})

test('only AES-GCM is offered', () => {
  assert.deepEqual(offerOf(['ssh-ed25519']).cs.cipher, [
    'aes128-gcm@openssh.com',
    'aes256-gcm@openssh.com',
  ])
})
