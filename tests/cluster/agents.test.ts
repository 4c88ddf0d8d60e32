// Whoever lives in a space can read its agent's key, and be that agent at any peer. It must not be another space's, nor
// its own of an earlier start, nor one of a space that is deleted; asked of two real peers, each of which takes agents.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { after, before, test } from 'node:test'
import { newId } from '#protocol/ids.ts'
import { agentConfigSchema } from '#protocol/report.ts'
import { type Account, asAgent } from '../links/raw.ts'
import type { Api } from '../support/api.ts'
import { eventually } from '../support/eventually.ts'
import { Skein } from '../support/skein.ts'

const TEMPLATE = `name: agents
main: main
services:
  main:
    image: skein/debian-test:1
`
const soon = (what: string) => ({ timeoutMs: 20_000, what })

let skein: Skein
let api: Api
let second: Skein
let templateId: Awaited<ReturnType<Api['createTemplate']>>['id']

before(async () => {
  ;({ skein, api } = await Skein.start())
  const { token } = await api.call<{ token: string }>('POST', '/peers/token')
  ;({ skein: second } = await Skein.start({ bare: true, flags: ['--join', token] }))
  templateId = (await api.createTemplate(TEMPLATE)).id
})
after(async () => {
  await api?.deleteSpaces()
  await second?.close()
  await skein?.close()
})

type Stolen = Omit<Account, 'address'>

async function openSpace(name: string): Promise<string> {
  const id = newId<'space'>()
  await api.createSpace({ id, name, templateId })
  await api.until(id, 'running')
  return id
}

/** What a person in the space can read, too. */
function steal(id: string): Stolen {
  const filter = ['--filter', `label=dev.skein.space=${id}`]
  const container = execFileSync('docker', ['ps', '-q', ...filter])
    .toString()
    .trim()
  const format = ['--format', '{{range .Config.Env}}{{println .}}{{end}}']
  const env = execFileSync('docker', ['inspect', ...format, container], {
    stdio: 'pipe',
  }).toString()
  const [, encoded = ''] = /^SKEIN_AGENT=(.*)$/m.exec(env) ?? []
  const config = agentConfigSchema.parse(
    JSON.parse(Buffer.from(encoded, 'base64').toString('utf8')),
  )
  return { spaceId: id, key: Buffer.from(config.key, 'hex'), epoch: config.epoch }
}

/** Which of the peers take it for that agent. */
async function takenBy(stolen: Stolen): Promise<number> {
  const dials = [skein, second].map(async ({ url }) => {
    const socket = await asAgent({ ...stolen, address: url }, 'control')
    socket.destroy()
  })
  const ends = await Promise.allSettled(dials)
  return ends.filter(({ status }) => status === 'fulfilled').length
}

test('a space’s key opens no other space at any peer', async () => {
  const [alpha, beta] = [await openSpace('alpha'), await openSpace('beta')]
  const [own, other] = [steal(alpha), steal(beta)]
  await eventually(async () => (await takenBy(own)) === 2, soon('its own key to open both doors'))
  assert.equal(await takenBy({ ...other, key: own.key }), 0)
  assert.equal(await takenBy({ ...own, key: other.key }), 0)
})

test('the key of an earlier start opens nothing, whatever start it is said to be of', async () => {
  const id = await openSpace('restarted')
  const former = steal(id)
  await eventually(async () => (await takenBy(former)) === 2, soon('the first key to open'))
  await api.act(id, 'restart')
  const now = await eventually(() => {
    const present = steal(id)
    return present.epoch === former.epoch ? undefined : present
  }, soon('the next start'))
  await eventually(async () => (await takenBy(now)) === 2, soon('the next key to open'))
  assert.equal(await takenBy(former), 0)
  assert.equal(await takenBy({ ...former, epoch: now.epoch }), 0)
})

test('the key of a space that was deleted opens nothing', async () => {
  const id = await openSpace('deleted')
  const stolen = steal(id)
  await eventually(async () => (await takenBy(stolen)) === 2, soon('its key to open both doors'))
  await api.call('DELETE', `/spaces/${id}`)
  await eventually(async () => (await takenBy(stolen)) === 0, soon('no peer to take it'))
})
