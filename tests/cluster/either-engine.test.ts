// Three peers and two engines: made at one, typed in through another, entered by ssh through the third and stopped at the
// first again, on whichever engine the space runs.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Host } from '#protocol/api/hosts.ts'
import type { SshAccess } from '#protocol/api/ssh.ts'
import { newId, type SpaceId } from '#protocol/ids.ts'
import type { MoreEngine } from '../../scripts/lib/more-engines.js'
import type { Api } from '../support/api.ts'
import { eventually } from '../support/eventually.ts'
import { noFurtherEngine, openEngine } from '../support/more-engine.ts'
import type { Skein } from '../support/skein.ts'
import { run, SshHome } from '../support/ssh/client.ts'
import { TestTerminal } from '../support/terminal.ts'
import { administrator, startPeers } from './support.ts'

const IMAGE = 'skein/busybox-test:1'
const within = (what: string) => ({ timeoutMs: 60_000, what })
/** By zone, so that each space has one host that fits. */
const template = (zone: string) =>
  `name: ${zone}\nplacement: { zone: ${zone} }\nservices: { main: { image: "${IMAGE}" } }\n`

let far: MoreEngine
let peers: readonly Skein[] = []
let apis: readonly Api[] = []
const home = new SshHome()
const api = (at: number): Api => apis[at] ?? assert.fail('no such peer')

async function overSsh(at: number, space: string, command: string) {
  const port = peers[at]?.sshPort
  const { hostKeys } = await api(at).call<SshAccess>('GET', '/ssh')
  const known = hostKeys.map(({ line }) => `[127.0.0.1]:${port} ${line}\n`).join('')
  const lines = ['HostName 127.0.0.1', `Port ${port}`, `User ${space}`]
  const safe = [`UserKnownHostsFile ${home.write('known', known)}`, 'StrictHostKeyChecking yes']
  const config = home.configure(space, [...lines, ...safe], [home.key])
  return await run(['ssh', '-F', config, space, command])
}

async function linked(id: SpaceId): Promise<void> {
  for (const each of apis) {
    const is = async () => (await each.space(id)).agent?.state === 'linked'
    await eventually(is, within('the link, as each peer tells'))
  }
}

describe('three peers and two engines', { skip: noFurtherEngine }, () => {
  before(async () => {
    far = await openEngine('far', IMAGE)
    const near = ['--engines', 'near=/var/run/docker.sock?zone=near']
    const engines = [near, ['--engines', `far=${far.socket}?zone=far`], near]
    peers = await startPeers(3, { ssh: true }, engines)
    apis = await administrator(peers)
    await api(0).call('POST', '/me/keys', { line: home.publicLine() })
    const ready = async () =>
      (await api(0).call<{ hosts: Host[] }>('GET', '/hosts')).hosts.filter(
        ({ state }) => state === 'ready',
      ).length === 2
    await eventually(ready, within('both hosts'))
  })

  after(async () => {
    await apis[0]?.deleteSpaces().catch(() => undefined)
    await Promise.all(peers.map((skein) => skein.close()))
    await far?.remove()
    home.remove()
  })

  for (const zone of ['near', 'far']) {
    test(`a space on the ${zone} engine is made, typed in, entered by ssh and stopped through different peers`, async () => {
      const id = newId<'space'>()
      const { id: templateId } = await api(0).createTemplate(template(zone))
      await api(0).createSpace({ id, name: `on-${zone}`, templateId })
      assert.equal((await api(0).until(id, 'running')).host?.name, zone)
      await linked(id)
      const terminal = await TestTerminal.open(api(1), id)
      terminal.type("echo typed-''there\n")
      await terminal.until(/typed-there\r\n/)
      terminal.close()
      const said = await overSsh(2, `on-${zone}`, 'echo by-ssh; exit 7')
      assert.deepEqual([said.stdout, said.status], ['by-ssh\n', 7], said.stderr)
      await api(0).act(id, 'stop')
      await api(2).until(id, 'stopped')
    })
  }
})
