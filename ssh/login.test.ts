// Who is let in: only whoever proves the very key that was asked about, within the attempts and the time that there are.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { once } from 'node:events'
import net from 'node:net'
import { join } from 'node:path'
import { duplexPair } from 'node:stream'
import { test } from 'node:test'
import { Client } from 'ssh2'
import { SkeinError } from '#protocol/errors.ts'
import { TestClock } from '../tests/support/clock.ts'
import { eventually } from '../tests/support/eventually.ts'
import { Message } from './messages.ts'
import { blob, PacketReader, packet } from './packet.ts'
import type { SshAuthorise } from './ports.ts'
import { testKey } from './testing/key.ts'
import { LocalSpace } from './testing/local-space.ts'
import { ended, OpenSsh } from './testing/openssh.ts'
import { TestServer } from './testing/server.ts'
import { soon } from './testing/soon.ts'
import { Stranger } from './testing/stranger.ts'

const HOST = 'me@127.0.0.1'

async function withServer(
  options: Parameters<typeof TestServer.start>[0],
  act: (server: TestServer) => Promise<void>,
): Promise<void> {
  const server = await TestServer.start(options)
  try {
    await act(server)
  } finally {
    await server.close()
  }
}

/** An ed25519 key as SSH has it. */
function makeKey() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const { x = '' } = publicKey.export({ format: 'jwk' })
  return { privateKey, blob: blob('ssh-ed25519', Buffer.from(x, 'base64url')) }
}

const query = (key: Buffer, user = 'me', algorithm = 'ssh-ed25519') =>
  packet(Message.authRequest, user, 'ssh-connection', 'publickey', false, algorithm, key)

function proof(
  sessionId: Buffer,
  key: Buffer,
  signer: KeyObject,
  {
    user = 'me',
    signedUser = 'me',
    algorithm = 'ssh-ed25519',
  }: { readonly user?: string; readonly signedUser?: string; readonly algorithm?: string } = {},
): Buffer {
  const request = (name: string) =>
    packet(Message.authRequest, name, 'ssh-connection', 'publickey', true, algorithm, key)
  const signature = sign(null, Buffer.concat([blob(sessionId), request(signedUser)]), signer)
  return Buffer.concat([request(user), blob(blob(algorithm, signature))])
}

/** A server whose only key is `key`, and a client that has not logged in. */
async function meet(
  act: (meeting: {
    stranger: Stranger
    key: ReturnType<typeof makeKey>
    asked: string[]
  }) => Promise<void>,
): Promise<void> {
  const key = makeKey()
  const asked: string[] = []
  const authorise = async ({ user, credential, isProven }: Parameters<SshAuthorise>[0]) => {
    if (credential.type === 'none') return new SkeinError('not_signed_in')
    const isKnown = credential.blob.equals(key.blob)
    asked.push(`${user} ${isKnown ? 'known' : 'unknown'} ${isProven ? 'proven' : 'offered'}`)
    if (!isKnown) return new SkeinError('ssh_key_refused', { reason: 'nobody has registered it' })
    return new LocalSpace()
  }
  await withServer({ authorise }, async (server) => {
    const stranger = await Stranger.meet(net.connect(server.port, '127.0.0.1'))
    try {
      await act({ stranger, key, asked })
    } finally {
      stranger.close()
    }
  })
}

test('a key that is registered and proven is let in', () =>
  meet(async ({ stranger, key, asked }) => {
    stranger.send(query(key.blob))
    await stranger.find(Message.authKeyOk)
    stranger.send(proof(stranger.sessionId, key.blob, key.privateKey))
    await stranger.find(Message.authSuccess)
    assert.deepEqual(asked, ['me known offered', 'me known offered', 'me known proven'])
  }))

test('asking about one key and signing with another does not let in', () =>
  meet(async ({ stranger, key, asked }) => {
    const other = makeKey()
    stranger.send(query(key.blob))
    await stranger.find(Message.authKeyOk)
    // The known key, signed by the other; then the other key itself.
    stranger.send(proof(stranger.sessionId, key.blob, other.privateKey))
    await stranger.find(Message.authFailure)
    stranger.send(proof(stranger.sessionId, other.blob, other.privateKey))
    await eventually(() => stranger.count(Message.authFailure) === 2, {
      timeoutMs: 10_000,
      what: 'the second refusal',
    })
    assert.equal(stranger.count(Message.authSuccess), 0)
    assert.ok(!asked.some((one) => one.endsWith('proven')))
  }))

const forged: Readonly<Record<string, (s: Stranger, k: ReturnType<typeof makeKey>) => Buffer>> = {
  'over another connection': (_, key) => proof(Buffer.alloc(32), key.blob, key.privateKey),
  'over another user name': (stranger, key) =>
    proof(stranger.sessionId, key.blob, key.privateKey, { signedUser: 'you' }),
  'that is empty': (stranger, key) => {
    const whole = proof(stranger.sessionId, key.blob, key.privateKey)
    return Buffer.concat([whole.subarray(0, whole.length - 87), blob('')])
  },
  'of an algorithm that the key is not of': (stranger, key) =>
    proof(stranger.sessionId, key.blob, key.privateKey, { algorithm: 'rsa-sha2-256' }),
}
for (const [name, make] of Object.entries(forged)) {
  test(`a signature ${name} does not let in`, () =>
    meet(async ({ stranger, key }) => {
      stranger.send(make(stranger, key))
      await stranger.find(Message.authFailure)
      assert.equal(stranger.count(Message.authSuccess), 0)
    }))
}

test('keys of no sense are refused and nobody is asked whether they are proven', () =>
  meet(async ({ stranger, key, asked }) => {
    const short = blob('ssh-ed25519', Buffer.alloc(5))
    for (const bad of [short, Buffer.alloc(0), Buffer.from('-----BEGIN RSA PRIVATE KEY-----')]) {
      stranger.send(proof(stranger.sessionId, bad, key.privateKey))
    }
    stranger.send(query(key.blob, 'me', 'ssh-rsa'))
    stranger.send(query(key.blob, 'me', 'ssh-dss'))
    await eventually(() => stranger.count(Message.authFailure) === 5, {
      timeoutMs: 10_000,
      what: 'five refusals',
    })
    assert.ok(!asked.some((one) => one.endsWith('proven')))
  }))

test('the sixth refusal ends the connection', () =>
  meet(async ({ stranger }) => {
    for (let i = 0; i < 6; i++) stranger.send(query(makeKey().blob))
    assert.match(await stranger.farewell(), /too many keys were offered/)
    assert.equal(stranger.count(Message.authFailure), 5)
  }))

test('logins without end, other services and changed names end the connection', async () => {
  const none = (user: string, service = 'ssh-connection') =>
    packet(Message.authRequest, user, service, 'none')
  await meet(async ({ stranger }) => {
    for (let i = 0; i < 1000; i++) stranger.send(none('me'))
    assert.match(await stranger.farewell(), /without waiting for answers/)
  })
  await meet(async ({ stranger }) => {
    stranger.send(none('me', 'ssh-shell'))
    assert.match(await stranger.farewell(), /another service/)
  })
  await meet(async ({ stranger }) => {
    stranger.send(none('me'))
    await stranger.find(Message.authFailure)
    stranger.send(none('you'))
    assert.match(await stranger.farewell(), /changes its user name/)
  })
  await meet(async ({ stranger }) => {
    stranger.send(none('x'.repeat(30_000)))
    assert.match(await stranger.farewell(), /user name is too long/)
  })
})

test('passwords, keyboards and hosts are no way in', () =>
  meet(async ({ stranger }) => {
    const request = (method: string, ...rest: (string | boolean)[]) =>
      stranger.send(packet(Message.authRequest, 'me', 'ssh-connection', method, ...rest))
    request('password', false, 'secret')
    request('keyboard-interactive', '', '')
    request('hostbased', 'ssh-ed25519', '', 'host', 'me', '')
    const failures = () => stranger.count(Message.authFailure) === 3
    await eventually(failures, { timeoutMs: 10_000, what: 'three refusals' })
    const methods = new PacketReader(await stranger.find(Message.authFailure)).text()
    // The second is where clients that have no other key hear why; nobody is ever asked anything there.
    assert.equal(methods, 'publickey,keyboard-interactive')
  }))

test('whatever belongs behind the login is refused before it', async () => {
  const early = [
    packet(Message.channelOpen, 'session', 0, 2 ** 21, 32_768),
    packet(Message.globalRequest, 'tcpip-forward', true, 'localhost', 0),
    packet(Message.globalRequest, 'hostkeys-00@openssh.com', false, 'x'.repeat(30_000)),
    packet(Message.channelData, 0, 'x'),
  ]
  for (const payload of early) {
    await meet(async ({ stranger }) => {
      stranger.send(payload)
      assert.match(await stranger.farewell(), /before the login/)
    })
  }
})

test('stock ssh shows why a key is refused, once', () =>
  withServer({}, async (server) => {
    const client = new OpenSsh(server)
    const others = ['one', 'two'].map((name) => client.write(name, testKey().private))
    // The key that is known comes last, or not at all.
    const known = join(client.folder, 'key')
    const words = (keys: readonly string[]) => [
      ...[
        '-F',
        'none',
        '-p',
        String(server.port),
        '-o',
        'BatchMode=yes',
        '-o',
        'IdentitiesOnly=yes',
      ],
      ...['-o', `UserKnownHostsFile=${join(client.folder, 'known_hosts')}`],
      ...keys.flatMap((key) => ['-i', key]),
    ]
    const run = (keys: readonly string[]) => ended(spawn('ssh', [...words(keys), HOST, 'exit 3']))
    const refused = await run(others)
    assert.equal(refused.status, 255)
    assert.equal(refused.stderr.split('nobody has registered it').length, 2, refused.stderr)
    assert.equal((await run([...others, known])).status, 3)
    client.close()
  }))

test('a connection that never exchanges keys ends in time', async () => {
  const clock = new TestClock()
  await withServer({ clock }, async (server) => {
    const [near, far] = duplexPair()
    const { closed } = server.serve(far)
    near.resume()
    await clock.advance(19_000)
    await clock.advance(2000)
    assert.equal((await soon(closed, 'the end'))?.code, 'timeout')
    await clock.advance(5000)
  })
})

test('a client that exchanges keys and never logs in ends in time', async () => {
  const clock = new TestClock()
  await withServer({ clock }, async (server) => {
    const stranger = await Stranger.meet(net.connect(server.port, '127.0.0.1'))
    await clock.advance(100_000)
    assert.equal(stranger.isClosed, false)
    await clock.advance(30_000)
    assert.match(await stranger.farewell(), /login did not answer within 120 seconds/i)
    await clock.advance(5000)
    stranger.close()
  })
})

test('a client that answers no sign of life is given up with all that it had open', async () => {
  const clock = new TestClock()
  await withServer({ clock }, async (server) => {
    const client = new Client()
    client.on('error', () => undefined)
    const sock = net.connect(server.port, '127.0.0.1')
    client.connect({ sock, username: 'me', privateKey: server.key.private })
    await soon(once(client, 'ready'), 'the login')
    await soon(new Promise((resolve) => client.exec('sleep 600', resolve)), 'the program')
    sock.pause()
    for (let i = 0; i < 6; i++) await clock.advance(15_000)
    const closed = server.servings[0]?.closed ?? Promise.resolve(undefined)
    assert.equal((await soon(closed, 'the end'))?.code, 'timeout')
    await clock.advance(5000)
    client.destroy()
  })
})

const firstLines: Readonly<Record<string, string>> = {
  'of 64 kB': `SSH-2.0-${'x'.repeat(65_536)}`,
  'of another protocol': 'GET / HTTP/1.1\r\n\r\n',
  'of an old version': 'SSH-1.5-old\r\n',
  'of binary': '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\n',
}
for (const [name, line] of Object.entries(firstLines)) {
  test(`a first line ${name} ends the connection`, () =>
    withServer({}, async (server) => {
      const [near, far] = duplexPair()
      const { closed } = server.serve(far)
      near.resume()
      near.end(line)
      assert.equal((await soon(closed, 'the end'))?.code, 'ssh_protocol')
    }))
}

test('a first line that comes byte by byte is understood', () =>
  withServer({}, async (server) => {
    const [near, far] = duplexPair()
    server.serve(far)
    const client = new Client()
    const [sock, mine] = duplexPair()
    client.connect({ sock, username: 'me', privateKey: server.key.private })
    near.on('data', (bytes: Buffer) => mine.write(bytes))
    mine.on('data', (bytes: Buffer) => {
      for (const byte of bytes) near.write(Buffer.of(byte))
    })
    await soon(once(client, 'ready'), 'the login')
    client.destroy()
  }))

test('packets of impossible lengths before any key end the connection', async () => {
  for (const length of ['00000000', 'ffffffff', '7fffffff', '00008900', '00000007']) {
    await withServer({}, async (server) => {
      const [near, far] = duplexPair()
      const { closed } = server.serve(far)
      near.resume()
      near.write('SSH-2.0-x\r\n')
      near.write(Buffer.concat([Buffer.from(length, 'hex'), Buffer.alloc(64, 255)]))
      assert.equal((await soon(closed, 'the end'))?.code, 'ssh_protocol')
    })
  }
})
