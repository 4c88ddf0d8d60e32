// Floods of ssh packets at a real gateway by somebody with a space of their own, in a process of their own, while another
// person types: by ssh through the same gateway, and in a browser's terminal through the same peer.

import assert from 'node:assert/strict'
import { after, before, type TestContext, test } from 'node:test'
import { Bystander } from '../../ssh/testing/bystander.ts'
import { FLOODS, type Flood, flood } from '../../ssh/testing/flood.ts'
import { testKey } from '../../ssh/testing/key.ts'
import { amount } from '../support/amount.ts'
import { Latency } from '../support/latency.ts'
import { share } from '../support/processor.ts'
import { Site } from '../support/ssh/site.ts'
import { Typist } from '../support/typist.ts'

/**
 * The attacker gives way to others (ssh/testing/yielding.ts), as somebody elsewhere would take none of
 * ours. The figures are printed; what is asserted holds beside other work as well, far below what an unguarded gateway costs.
 */
const MAX_P99_MS = 500
const FLOOD_MS = Number(process.env.SKEIN_DEV_FLOOD_MS ?? amount({ usual: 500, whole: 1000 }))
/** Fewer would mean that the flood was none. */
const LEAST_PACKETS = 500

let site: Site
let bystander: Bystander
let typist: Typist
const mallory = testKey()
const ada = testKey()

before(async () => {
  site = await Site.open()
  const other = await site.member('mallory')
  await other.call('POST', '/me/keys', { line: `${mallory.public} mallory` })
  await site.api.call('POST', '/me/keys', { line: `${ada.public} ada` })
  const [id] = await Promise.all([site.space('site'), site.space('hers', other)])
  const port = site.skein.sshPort
  bystander = await Bystander.login({ port, privateKey: ada.private, username: 'site' })
  typist = await Typist.open(site.api, id)
})
after(async () => {
  bystander?.close()
  typist?.close()
  await site?.close()
})

for (const what of FLOODS) {
  for (const connections of [1, 4]) {
    test(`${what}, ${connections} at once, hold nobody up`, (t) => attack(t, what, connections))
  }
}

async function attack(t: TestContext, what: Flood, connections: number): Promise<void> {
  const quiet = await echoesUntil(new Promise((resolve) => setTimeout(resolve, FLOOD_MS / 4)))
  const attacker = flood({
    port: site.skein.sshPort,
    username: 'hers',
    privateKey: mallory.private,
    flood: what,
    connections,
    ms: FLOOD_MS,
    least: LEAST_PACKETS,
  })
  await attacker.begun
  const shares = { gateway: share(site.skein.gatewayPid), peer: share(site.skein.peerPid) }
  const echoes = await echoesUntil(attacker.over)
  const { packets, perSecond } = await attacker.over
  const taken = `gateway ${shares.gateway()} %, peer ${shares.peer()} % of a processor`
  t.diagnostic(`${packets} packets, ${Math.round(perSecond)} a second; ${taken}`)
  t.diagnostic(`ssh: ${echoes.ssh}; terminal: ${echoes.terminal}`)
  t.diagnostic(`before them: ssh: ${quiet.ssh}; terminal: ${quiet.terminal}`)
  assert.ok(packets >= LEAST_PACKETS, `${packets} packets`)
  assert.ok(echoes.ssh.p99Ms < MAX_P99_MS, `echoes by ssh took ${echoes.ssh}`)
  assert.ok(echoes.terminal.p99Ms < MAX_P99_MS, `echoes of the terminal took ${echoes.terminal}`)
}

async function echoesUntil(over: Promise<unknown>): Promise<{ ssh: Latency; terminal: Latency }> {
  let isOver = false
  const ended = over.finally(() => {
    isOver = true
  })
  const [ssh, terminal] = [new Latency(), new Latency()]
  while (!isOver) {
    await ssh.of(() => bystander.echoMs())
    await terminal.of(() => typist.echo())
  }
  await ended
  return { ssh, terminal }
}
