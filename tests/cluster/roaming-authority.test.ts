// Two peers with a certificate authority of their own each: a laptop that trusts the first is told of the second's, and asks
// it when the first is gone.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { NewToken } from '#protocol/api/access.ts'
import { Laptop } from '../cli/laptop.ts'
import { trust } from '../https/names.ts'
import { Api } from '../support/api.ts'
import { eventually } from '../support/eventually.ts'
import { freePath, freePort, Skein } from '../support/skein.ts'

const BIN = new URL('../../cli/bin.js', import.meta.url).pathname
const laptop = new Laptop()
const peers: Skein[] = []
let api: Api

const authorityOf = ({ data }: Skein): string => join(data, 'tls', 'ca.pem')

async function start(name: string, ...flags: string[]): Promise<Skein> {
  const port = await freePort()
  const own = ['--tls', 'self', '--name', name, '--docker', freePath('no-engine.sock')]
  const url = `https://127.0.0.1:${port}`
  const { skein } = await Skein.start({ port, url, flags: [...own, ...flags], bare: true })
  peers.push(skein)
  return skein
}

before(async () => {
  const first = await start('north')
  const token = execFileSync(process.execPath, [BIN, 'peers', 'token', '--data', first.data])
  await start('south', '--join', String(token).trim())
  trust(readFileSync(authorityOf(first), 'utf8'))
  api = new Api(first.url)
  await api.setUp(await first.setupToken())
  const both = async () =>
    (await api.call<{ urls: object[] }>('GET', '/peers/urls')).urls.length === 2
  await eventually(both, { timeoutMs: 60_000, what: 'both peers to be named' })
})
after(async () => {
  laptop.close()
  await Promise.all(peers.map((skein) => skein.close()))
})

test('the peer that is left is verified by the authority that the first one named', async () => {
  const [first, second] = peers
  assert.ok(first && second)
  const { secret } = await api.call<NewToken>('POST', '/me/tokens', { name: 'laptop' })
  const words = ['login', first.url, '--token', '-', '--ca', authorityOf(first)]
  assert.equal((await laptop.skein(words, { input: secret })).status, 0)
  const others = readFileSync(laptop.path('.config/skein/peers.json'), 'utf8')
  assert.ok(others.includes(JSON.stringify(readFileSync(authorityOf(second), 'utf8')).slice(1, -1)))
  await first.kill()
  const ran = await laptop.skein(['whoami', '--json'])
  assert.equal(ran.status, 0, ran.stderr)
  const { peer } = JSON.parse(ran.stdout.toString()) as { peer: { name: string } }
  assert.equal(peer.name, 'south')
})
