// The post-quantum key exchange, with a client that is made here: ssh2's own, whose curve25519 is taught the other half.

import assert from 'node:assert/strict'
import {
  createHash,
  createPublicKey,
  decapsulate,
  diffieHellman,
  generateKeyPairSync,
} from 'node:crypto'
import { once } from 'node:events'
import net from 'node:net'
import { test } from 'node:test'
import type { Exchange } from 'ssh2/lib/protocol/Protocol.js'
import { HYBRID, isHybrid } from './hybrid.ts'
import { OpenSsh } from './testing/openssh.ts'
import { TestServer } from './testing/server.ts'
import { soon } from './testing/soon.ts'
import { Stranger } from './testing/stranger.ts'

const CIPHERTEXT_BYTES = 1088
const raw = (key: ReturnType<typeof createPublicKey>, bytes: number) =>
  key.export({ type: 'spki', format: 'der' }).subarray(-bytes)

interface Half {
  readonly init: Buffer
  secretOf(reply: Buffer): Buffer
}

/** The client's side of the draft. */
function clientHalf(): Half {
  const quantum = generateKeyPairSync('ml-kem-768')
  const curve = generateKeyPairSync('x25519')
  return {
    init: Buffer.concat([raw(quantum.publicKey, 1184), raw(curve.publicKey, 32)]),
    secretOf(reply) {
      const prefix = Buffer.from('302a300506032b656e032100', 'hex')
      const key = Buffer.concat([prefix, reply.subarray(CIPHERTEXT_BYTES)])
      const publicKey = createPublicKey({ key, format: 'der', type: 'spki' })
      return createHash('sha256')
        .update(decapsulate(quantum.privateKey, reply.subarray(0, CIPHERTEXT_BYTES)))
        .update(diffieHellman({ privateKey: curve.privateKey, publicKey }))
        .digest()
    },
  }
}

type Taught = Exchange & { readonly _protocol: { readonly _server: boolean }; half?: Half }

/** Teaches every curve25519 exchange of a client; a server's go on as they are. Gives back how to undo it. */
function teachClients(prototype: Exchange): () => void {
  const { getPublicKey, convertPublicKey, computeSecret } = prototype
  const isServer = (exchange: Exchange) => (exchange as Taught)._protocol._server
  prototype.getPublicKey = function (this: Taught) {
    if (isServer(this)) return getPublicKey.call(this)
    this.half ??= clientHalf()
    return this.half.init
  }
  prototype.convertPublicKey = function (this: Taught, key) {
    return isServer(this) ? convertPublicKey.call(this, key) : key
  }
  prototype.computeSecret = function (this: Taught, key) {
    if (isServer(this) || !this.half) return computeSecret.call(this, key)
    return this.half.secretOf(key)
  }
  return () => Object.assign(prototype, { getPublicKey, convertPublicKey, computeSecret })
}

/** `sent` is what the client says that it knows; ssh2 itself chooses from the rest. */
async function meet(server: TestServer, sent: readonly string[]): Promise<Stranger> {
  return Stranger.meet(net.connect(server.port, '127.0.0.1'), undefined, sent)
}

test('a client that prefers the hybrid exchange gets it, and both ends have the same keys', async () => {
  const server = await TestServer.start()
  const plain = await meet(server, ['curve25519-sha256'])
  const undo = teachClients(plain.exchangePrototype)
  try {
    // Its login service answers only when both ends decrypt each other.
    const stranger = await meet(server, [HYBRID, 'curve25519-sha256'])
    assert.equal(stranger.sessionId.length, 32)
    stranger.close()
  } finally {
    undo()
    plain.close()
    await server.close()
  }
})

test('keys of the wrong length or of zeroes end the connection', async () => {
  const server = await TestServer.start()
  const plain = await meet(server, ['curve25519-sha256'])
  const bad = [Buffer.alloc(0), Buffer.alloc(32, 9), Buffer.alloc(1216), Buffer.alloc(35_000, 1)]
  for (const init of bad) {
    const undo = teachClients(plain.exchangePrototype)
    const prototype = plain.exchangePrototype
    const taught = prototype.getPublicKey
    prototype.getPublicKey = function (this: Taught) {
      return this._protocol._server ? taught.call(this) : init
    }
    const at = server.servings.length
    try {
      const sock = net.connect(server.port, '127.0.0.1')
      Stranger.begin(sock, undefined, [HYBRID, 'curve25519-sha256'])
      await soon(once(sock, 'close'), 'the end')
      assert.equal((await server.servings[at]?.closed)?.code, 'ssh_protocol')
    } finally {
      undo()
    }
  }
  plain.close()
  await server.close()
})

test('stock ssh without it goes on as before', async () => {
  const server = await TestServer.start()
  const client = new OpenSsh(server)
  const { stderr, status } = await client.ssh(['-vv', 'me@127.0.0.1', 'true'])
  assert.equal(status, 0, stderr)
  assert.match(stderr, /mlkem768x25519-sha256/)
  client.close()
  await server.close()
})

test('the first exchange of the client’s that both know is chosen', () => {
  const ours = [HYBRID, 'curve25519-sha256']
  assert.equal(isHybrid([HYBRID, 'curve25519-sha256'], ours), true)
  assert.equal(isHybrid(['sntrup761x25519-sha512@openssh.com', HYBRID], ours), true)
  assert.equal(isHybrid(['curve25519-sha256', HYBRID], ours), false)
  assert.equal(isHybrid([''], ours), false)
})
