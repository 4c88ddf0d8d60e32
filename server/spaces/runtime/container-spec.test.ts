import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { AGENT_FLAGS } from '#protocol/heap.ts'
import { noReach } from '../../templates/reach.ts'
import type { RenderedContainer } from '../../templates/rendered.ts'
import { type Identity, mainSpec, ownCommand, sideSpec } from './container-spec.ts'
import type { Image } from './engine.ts'

const identity: Identity = {
  cluster: 'c1',
  spaceId: 's1',
  epoch: 3,
  generation: 7,
  versionId: 'v1',
}

const container = (more: Partial<RenderedContainer> = {}): RenderedContainer => ({
  service: 'main',
  image: 'debian:bookworm',
  environment: {},
  volumes: [],
  paths: [],
  reach: noReach,
  dropped: [],
  tmpfs: [],
  dependsOn: [],
  init: true,
  readOnly: false,
  labels: {},
  extraHosts: [],
  ...more,
})

const agent = {
  version: '1',
  architecture: 'amd64',
  config: 'e30=',
  socketFolder: '/run/skein',
  withheld: {},
}

describe('the main container', () => {
  const spec = mainSpec(
    container({
      command: ['sleep', '1'],
      user: '1000',
      environment: { A: 'b=c\nd' },
      volumes: [{ name: 'home', target: '/home/dev', readOnly: false }],
      labels: { 'dev.skein.space': 'another', mine: 'yes' },
    }),
    identity,
    agent,
  )

  it('starts the agent by its own loader under Docker’s init', () => {
    assert.deepEqual(spec.Entrypoint, [
      '/.skein/lib/ld-linux-x86-64.so.2',
      '--library-path',
      '/.skein/lib',
      '/.skein/node',
      ...AGENT_FLAGS,
      '/.skein/agent.mjs',
    ])
    assert.deepEqual(spec.Cmd, [])
    assert.equal(spec.HostConfig.Init, true)
    assert.deepEqual(spec.HostConfig.RestartPolicy, { Name: 'no' })
  })

  it('mounts the agent and the socket’s folder read-only beside the template’s volumes', () => {
    assert.deepEqual(spec.HostConfig.Mounts, [
      { Type: 'volume', Source: 'skein-s1-home', Target: '/home/dev', ReadOnly: false },
      { Type: 'volume', Source: 'skein-agent-1', Target: '/.skein', ReadOnly: true },
      { Type: 'bind', Source: '/run/skein', Target: '/.skein-run', ReadOnly: true },
    ])
  })

  it('keeps a value with “=” and line ends in one variable', () => {
    assert.deepEqual(spec.Env, ['LANG=C.UTF-8', 'A=b=c\nd', 'SKEIN_AGENT=e30='])
  })

  it('is started without what would change the agent, even where the image sets it', () => {
    const environment = { A: '1', LD_PRELOAD: '/x.so' }
    const withheld = { LD_PRELOAD: '/x.so', NODE_OPTIONS: '--x' }
    const { Env } = mainSpec(container({ environment }), identity, { ...agent, withheld })
    assert.deepEqual(Env.slice(1), ['A=1', 'LD_PRELOAD', 'NODE_OPTIONS', 'SKEIN_AGENT=e30='])
  })

  it('says whose it is, whatever the template’s labels say', () => {
    assert.deepEqual(spec.Labels, {
      mine: 'yes',
      'dev.skein.cluster': 'c1',
      'dev.skein.space': 's1',
      'dev.skein.epoch': '3',
      'dev.skein.generation': '7',
      'dev.skein.version': 'v1',
      'dev.skein.service': 'main',
      'dev.skein.agent': '1',
    })
  })

  it('has a log that ends and processes that end', () => {
    assert.deepEqual(spec.HostConfig.LogConfig, {
      Type: 'json-file',
      Config: { 'max-size': '10m', 'max-file': '3' },
    })
    assert.equal(spec.HostConfig.PidsLimit, 4096)
  })

  it('uses the loader of its host’s architecture', () => {
    const arm = mainSpec(container(), identity, { ...agent, architecture: 'arm64' })
    assert.equal(arm.Entrypoint?.[0], '/.skein/lib/ld-linux-aarch64.so.1')
  })
})

describe('a side container', () => {
  it('keeps its image’s entrypoint and has no agent', () => {
    const spec = sideSpec(container({ service: 'db', command: ['postgres'] }), identity)
    assert.equal(spec.Entrypoint, undefined)
    assert.deepEqual(spec.Cmd, ['postgres'])
    assert.deepEqual(spec.HostConfig.Mounts, [])
    assert.deepEqual(spec.NetworkingConfig, {
      EndpointsConfig: { 'skein-s1': { Aliases: ['db'] } },
    })
  })

  it('has the template’s limits, and no swap beyond its memory', () => {
    const limits = { cpus: 1.5, memoryBytes: 1000, pids: 64, shmBytes: 64, readOnly: true }
    const { HostConfig } = sideSpec(container(limits), identity)
    assert.equal(HostConfig.NanoCpus, 1_500_000_000)
    assert.equal(HostConfig.Memory, 1000)
    assert.equal(HostConfig.MemorySwap, 1000)
    assert.equal(HostConfig.PidsLimit, 64)
    assert.equal(HostConfig.ReadonlyRootfs, true)
  })

  it('has its health check in nanoseconds', () => {
    const healthcheck = { test: ['CMD', 'true'], intervalMs: 1000, retries: 3 }
    assert.deepEqual(sideSpec(container({ healthcheck }), identity).Healthcheck, {
      Test: ['CMD', 'true'],
      Interval: 1_000_000_000,
      Retries: 3,
    })
  })
})

describe('what the agent runs of the image', () => {
  const image = (entrypoint: string[], command: string[]): Image => ({
    id: 'i',
    architecture: 'amd64',
    user: '',
    workingDir: '',
    environment: {},
    entrypoint,
    command,
  })
  const cases: [string, Partial<RenderedContainer>, Image, string[]][] = [
    ['nothing of nothing', {}, image([], []), []],
    ['not a shell', {}, image([], ['/bin/bash']), []],
    ['not a prompt', {}, image([], ['python3']), []],
    ['not a prompt behind a wrapper', {}, image(['docker-entrypoint.sh'], ['node']), []],
    ['not a shell as entrypoint', {}, image(['/bin/sh'], []), []],
    ['a server', {}, image(['entry.sh'], ['postgres']), ['entry.sh', 'postgres']],
    ['an entrypoint alone', {}, image(['serve'], []), ['serve']],
    ['a script given to a shell', {}, image([], ['sh', '-c', 'x']), ['sh', '-c', 'x']],
    ['the template’s command', { command: ['a'] }, image(['e'], ['b']), ['e', 'a']],
    ['the template’s both', { entrypoint: ['x'], command: ['a'] }, image(['e'], ['b']), ['x', 'a']],
    [
      'the template’s entrypoint without the image’s words',
      { entrypoint: ['x'] },
      image(['e'], ['b']),
      ['x'],
    ],
  ]
  for (const [name, more, of, expected] of cases) {
    it(`is ${name}`, () => assert.deepEqual(ownCommand(container(more), of), expected))
  }
})
