// An engine on another machine: its agents have no socket of ours and no gateway that leads here, only the published
// addresses. They know nothing of our authority, and link all the same: the key inside is the proof.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { networkInterfaces } from 'node:os'
import { after, before, test } from 'node:test'
import { newId } from '#protocol/ids.ts'
import { trustAuthority } from '../../cli/remote/trust.ts'
import { Api } from '../support/api.ts'
import { freePort, Skein } from '../support/skein.ts'
import { TestTerminal } from '../support/terminal.ts'
import { trust } from './names.ts'

const DOCKER = '/var/run/docker.sock'
const TEMPLATE = 'name: far\nmain: main\nservices:\n  main:\n    image: skein/debian-test:1\n'
const outside = Object.values(networkInterfaces())
  .flatMap((addresses = []) => addresses)
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address
const options = { skip: outside === undefined && 'this machine has loopback only' }

/** The engine's socket as a port, which is how an engine of another machine is driven. */
let engine: Server
const sockets = new Set<Socket>()

before(async () => {
  engine = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ path: DOCKER, allowHalfOpen: true })
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      from.on('error', () => to.destroy()).on('close', () => sockets.delete(from))
      from.pipe(to)
    }
  })
  engine.listen(0, '127.0.0.1')
  await once(engine, 'listening')
})
after(() => {
  engine.close()
  for (const socket of sockets) socket.destroy()
})

const ways: [string, (port: number) => readonly string[], RegExp][] = [
  [
    'the public URL over HTTPS',
    (port) => ['--public-url', `https://${outside}:${port}`],
    /^https:/,
  ],
  [
    'plain HTTP at the port that speaks HTTPS',
    (port) => ['--agent-addresses', `http://${outside}:${port}`],
    /^http:/,
  ],
]
/** As `skein login` does it, with what the server printed at its start. */
async function trustByFingerprint(skein: Skein, origin: string): Promise<string> {
  const printed = /SHA-256 ([0-9A-F:]{95})/.exec(skein.output.join('\n'))?.[1]
  const wish = { origin, known: undefined }
  await assert.rejects(trustAuthority({ ...wish, fingerprint: 'AB'.repeat(32) }), /fingerprint/)
  const authority = await trustAuthority({ ...wish, fingerprint: printed })
  assert.ok(authority)
  return authority
}

for (const [what, flags, route] of ways) {
  test(`an agent of another machine links by ${what}`, options, async () => {
    const port = await freePort()
    const docker = `tcp://127.0.0.1:${(engine.address() as AddressInfo).port}`
    const listen = ['--listen', `0.0.0.0:${port}`, '--tls', 'self']
    const url = `https://${outside}:${port}`
    const all = [...listen, '--docker', docker, ...flags(port)]
    const { skein } = await Skein.start({ port, flags: all, url, bare: true })
    trust(await trustByFingerprint(skein, url))
    const api = new Api(url)
    try {
      await api.setUp(await skein.setupToken())
      const template = await api.createTemplate(TEMPLATE)
      const id = newId<'space'>()
      await api.createSpace({ id, name: 'far', templateId: template.id })
      const space = await api.until(id, 'running')
      assert.match(space.agent?.route ?? '', route)
      const terminal = await TestTerminal.open(api, id)
      terminal.type("echo far-''away\n")
      await terminal.until(/far-away/)
      terminal.close()
      await api.deleteSpaces()
    } finally {
      await skein.close()
    }
  })
}
