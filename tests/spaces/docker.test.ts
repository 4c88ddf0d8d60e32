// Spaces on a real engine. Everything made here carries a cluster id of its own and is removed by it.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, beforeEach, describe, it } from 'node:test'
import type { SpaceId } from '#protocol/ids.ts'
import { newId } from '#protocol/ids.ts'
import { systemClock } from '../../server/clock.ts'
import { readRoutes } from '../../server/peer/routes.ts'
import { createHosts } from '../../server/spaces/hosts.ts'
import { Networks } from '../../server/spaces/network.ts'
import { type AgentFolder, AgentVolume } from '../../server/spaces/runtime/agent-volume.ts'
import { createEngine } from '../../server/spaces/runtime/docker.ts'
import { agentVolumeName } from '../../server/spaces/runtime/names.ts'
import { parseSubnet } from '../../server/spaces/runtime/subnets.ts'
import { ada, openStage, type Stage } from '../../server/spaces/testing/stage.ts'
import { docker, removeLabelled } from '../support/docker.ts'
import { eventually } from '../support/eventually.ts'
import { stubAgent } from '../support/stub-agent.ts'

const IMAGE = process.env.SKEIN_TEST_IMAGE ?? 'skein/base:1'
const cluster = `test-${process.pid}-${randomBytes(4).toString('hex')}`
const address = { socketPath: '/var/run/docker.sock' }

let agentFolder: AgentFolder
let stage: Stage

before(async () => {
  agentFolder = await stubAgent(cluster)
  stage = await openStage({
    ...{ cluster, agentFolder, routes: readRoutes },
    engine: createEngine(address),
  })
  await stage.spaces.start()
})

after(async () => {
  await stage.close()
  await removeLabelled(`dev.skein.cluster=${cluster}`)
  await docker('volume', 'rm', agentVolumeName(agentFolder.version))
})

const RUN_MS = 20_000
const main = (id: SpaceId) => `skein-${id}-main`
const exec = (id: SpaceId, script: string) => docker('exec', main(id), 'sh', '-c', script)
const startedAt = (id: SpaceId) => docker('inspect', '--format', '{{.State.StartedAt}}', main(id))

async function running(source?: string): Promise<SpaceId> {
  const plain = `name: ${newId()}\nservices: {main: {image: "${IMAGE}", user: dev, volumes: ["home:/home/dev", "data:/data/deep"]}}`
  const { id: templateId } = await stage.template(source ?? plain)
  const id = await stage.create(templateId, `s${randomBytes(4).toString('hex')}`)
  await stage.reaches(id, 'running', RUN_MS)
  return id
}

describe('a space on Docker', () => {
  let id: SpaceId
  beforeEach(async () => {
    id = await running()
  })

  it('keeps its home over a restart and leaves nothing after its deletion', async () => {
    await exec(id, 'echo kept > /home/dev/file; echo lost > /tmp/file')
    const before = await startedAt(id)
    await stage.spaces.want(ada, id, 'restart')
    const restarted = async () =>
      (await startedAt(id)) !== before && stage.spaces.show(id)?.state === 'running'
    await eventually(restarted, { timeoutMs: RUN_MS, what: 'restarted' })
    assert.equal(await exec(id, 'cat /home/dev/file /tmp/file 2>/dev/null || true'), 'kept')
    await stage.spaces.want(ada, id, 'deleted')
    await stage.gone(id, RUN_MS)
    const filter = `label=dev.skein.space=${id}`
    const left = await Promise.all([
      docker('ps', '--all', '--quiet', '--filter', filter),
      docker('network', 'ls', '--quiet', '--filter', filter),
      docker('volume', 'ls', '--quiet', '--filter', filter),
    ])
    assert.deepEqual(left, ['', '', ''])
  })

  it('owns its fresh volumes as its user, and the agent’s folder is read-only', async () => {
    assert.equal(await exec(id, 'id -un; stat -c %U /home/dev /data/deep'), 'dev\ndev\ndev')
    assert.equal(
      await exec(id, 'touch /.skein/x 2>/dev/null && echo written || echo refused'),
      'refused',
    )
    assert.match(
      await docker('exec', '--user', 'root', main(id), 'sh', '-c', 'touch /.skein/x 2>&1 || true'),
      /Read-only/,
    )
  })

  it('that is killed behind our back is seen within a second', async () => {
    await docker('kill', main(id))
    const space = await stage.reaches(id, 'failed', 1000)
    assert.equal(space.failure?.code, 'container_exited')
    assert.match(space.failure.log?.[0] ?? '', /^stub agent in .* as 1000$/)
  })

  it('that is removed behind our back is seen within a second', async () => {
    await docker('rm', '--force', main(id))
    const space = await stage.reaches(id, 'failed', 1000)
    assert.match(space.failure?.code ?? '', /container_removed|container_exited/)
  })

  it('runs on while its peer is away, and is found again', async () => {
    const before = await startedAt(id)
    await stage.reopen()
    const adopted = async () =>
      (await stage.spaces.timeline(id)).some(({ step }) => step === 'adopt')
    await eventually(adopted, { timeoutMs: RUN_MS, what: 'adopted' })
    assert.equal(stage.spaces.show(id)?.state, 'running')
    assert.equal(await startedAt(id), before)
  })

  it('that fails to start says what Docker said', async () => {
    const source = `name: ${newId()}\nservices: {main: {image: "${IMAGE}", user: nobody-here}}`
    const { id: templateId } = await stage.template(source)
    const space = await stage.create(templateId, `s${randomBytes(4).toString('hex')}`)
    const { failure } = await stage.reaches(space, 'failed', RUN_MS)
    assert.equal(failure?.code, 'engine_refused')
    assert.match(failure.message, /nobody-here/)
  })

  it('whose image nobody has says so', async () => {
    const source = `name: ${newId()}\nservices: {main: {image: "localhost:1/none:1"}}`
    const { id: templateId } = await stage.template(source)
    const space = await stage.create(templateId, `s${randomBytes(4).toString('hex')}`)
    assert.equal((await stage.reaches(space, 'failed', RUN_MS)).failure?.code, 'image_missing')
  })
})

it('a side container is healthy before the main one starts, and is reached by its name', async () => {
  const id = await running(`
name: ${newId()}
main: main
services:
  db:
    image: ${IMAGE}
    user: root
    command: sh -c 'sleep 1; touch /tmp/ready; sleep 1000'
    healthcheck: { test: [CMD, test, -f, /tmp/ready], interval: 1s }
    stop_grace_period: 1s
  main:
    image: ${IMAGE}
    mem_limit: 64m
    pids_limit: 64
    depends_on: { db: { condition: service_healthy } }
`)
  assert.match(await exec(id, 'getent hosts db'), /^10\.213\./)
  const limits = '{{.HostConfig.Memory}} {{.HostConfig.PidsLimit}} {{.HostConfig.LogConfig.Type}}'
  assert.equal(
    await docker('inspect', '--format', limits, main(id)),
    `${64 * 1024 ** 2} 64 json-file`,
  )
})

it('volumes belong to whom the template says, and what cannot be limited says so', async () => {
  const id = await running(`
name: ${newId()}
main: main
volumes:
  data: { owner: "1234:5678" }
  shared: { owner: dev, size: 1g }
  home: {}
services:
  db:
    image: ${IMAGE}
    user: root
    command: sleep 1000
    stop_grace_period: 1s
    stop_signal: SIGKILL
    volumes: [ "data:/data", "shared:/shared" ]
  main:
    image: ${IMAGE}
    user: dev
    volumes: [ "home:/home/dev", "data:/data", "shared:/shared" ]
`)
  const owners = await exec(id, 'stat -c %u:%g /data; stat -c %U /shared /home/dev')
  assert.equal(owners, '1234:5678\ndev\ndev')
  const side = await docker('exec', `skein-${id}-db`, 'stat', '-c', '%u:%g', '/data')
  assert.equal(side, '1234:5678')
  const texts = (await stage.spaces.timeline(id)).map(({ text }) => text)
  const isLimited = !texts.some((text) => /cannot limit the size of the volume shared/.test(text))
  const options = await docker(
    'volume',
    'inspect',
    '--format',
    '{{json .Options}}',
    `skein-${id}-shared`,
  )
  assert.equal(
    options.includes('1073741824'),
    isLimited,
    'it is limited, or the timeline says that it is not',
  )
})

it('what a version was allowed reaches the host, and only that', async () => {
  const source = `
name: ${newId()}
policy: { allow: [paths, capabilities, pid] }
services:
  main:
    image: ${IMAGE}
    user: root
    pid: host
    cap_add: [ SYS_PTRACE ]
    cap_drop: [ MKNOD ]
    security_opt: [ "no-new-privileges:true" ]
    volumes: [ "/usr/share:/on-host:ro" ]
`
  await assert.rejects(stage.template(source), { code: 'template_not_allowed' })
  const { id: templateId } = await stage.template(source, true)
  const id = await stage.create(templateId, `s${randomBytes(4).toString('hex')}`)
  await stage.reaches(id, 'running', RUN_MS)
  assert.match(await exec(id, 'ls -d /on-host/*; touch /on-host/x 2>&1 || true'), /Read-only/)
  const format =
    '{{.HostConfig.PidMode}} {{.HostConfig.CapAdd}} {{.HostConfig.Privileged}} {{.HostConfig.IpcMode}}'
  assert.match(
    await docker('inspect', '--format', format, main(id)),
    /^host \[(CAP_)?SYS_PTRACE\] false private$/,
  )
})

it('64 networks get 64 subnets that do not overlap', async () => {
  const engine = createEngine(address)
  const networks = new Networks({ engine, cluster, pool: '10.213.0.0/16', routes: readRoutes })
  const hosts = createHosts()
  const subnets = await hosts.act(newId<'host'>(), (owner) =>
    Promise.all(Array.from({ length: 64 }, () => networks.ensure(owner, newId()))),
  )
  const sorted = subnets
    .map((subnet) => parseSubnet(subnet) ?? assert.fail(subnet))
    .sort((a, b) => a.first - b.first)
  for (const [at, range] of sorted.entries()) {
    assert.equal(range.last - range.first, 15)
    assert.ok(range.first > (sorted[at - 1]?.last ?? 0))
  }
  hosts.close()
  engine.close()
})

it('two peers that fill the agent’s volume at once fill it once', async () => {
  const folder = await stubAgent(`${cluster}-twice`)
  const engine = createEngine(address)
  const hosts = createHosts()
  const fill = () => new AgentVolume({ engine, clock: systemClock, folder, cluster })
  await hosts.act(newId<'host'>(), (owner) =>
    Promise.all([fill(), fill(), fill()].map((volume) => volume.ensure(owner))),
  )
  const name = agentVolumeName(folder.version)
  const words = ['run', '--rm', '--volume', `${name}:/.skein:ro`, '--user', '4711', '--entrypoint']
  const listing = await docker(
    ...words,
    '/.skein/lib/ld-linux-x86-64.so.2',
    IMAGE,
    '--library-path',
    '/.skein/lib',
    '/.skein/node',
    '-c',
    'cd /.skein; echo *',
  )
  assert.equal(listing, 'VERSION agent.mjs lib node')
  await docker('rm', `${name}-filled`)
  await docker('volume', 'rm', name)
  hosts.close()
  engine.close()
})
