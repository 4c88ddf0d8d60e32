// Made-up spaces, templates and people for looking at the pages. Nothing of it is used by the product.

import type { Host } from '#protocol/api/hosts.ts'
import type { Me, SessionInfo, User } from '#protocol/api/people.ts'
import type { Space, TimelineStep } from '#protocol/api/spaces.ts'
import type { Starter, Template, TemplateDetail, TemplateHead } from '#protocol/api/templates.ts'
import { errorTable } from '#protocol/errors.ts'
import { newId } from '#protocol/ids.ts'

const MINUTE = 60_000
const MB = 1024 ** 2
const before = (ms: number) => new Date(Date.now() - ms).toISOString()

export const ada: User = {
  id: newId(),
  username: 'ada',
  displayName: 'Ada Lovelace',
  role: 'administrator',
  disabled: false,
  createdAt: before(40 * 1440 * MINUTE),
}
const person = (username: string, displayName: string, disabled = false): User => ({
  ...ada,
  id: newId(),
  username,
  displayName,
  disabled,
  role: 'member',
  createdAt: before(12 * 1440 * MINUTE),
})
export const users = [
  ada,
  person('grace', 'Grace Hopper'),
  person('alan', 'Alan Turing', true),
  person('barbara', ''),
]

export const me: Me = {
  user: ada,
  sessionId: newId(),
  expiresAt: before(-7 * 1440 * MINUTE),
  peer: { id: newId(), name: 'rack-1', version: '0.1.0' },
}

const agent = (system: string) =>
  `Mozilla/5.0 (${system}) AppleWebKit/537.36 Chrome/156.0 Safari/537.36`
export const sessions: SessionInfo[] = [
  [agent('X11; Linux x86_64'), '10.0.3.14', true],
  [agent('Linux; Android 16; Mobile'), '203.0.113.60', false],
  ['skein-cli/0.1.0', '10.0.3.14', false],
].map(([client, address, current], index) => ({
  id: newId(),
  client: String(client),
  address: String(address),
  current: current === true,
  createdAt: before((index * 1300 + 12) * MINUTE),
  expiresAt: before(-5 * 1440 * MINUTE),
}))

export const host: Host = {
  id: newId(),
  name: 'rack-1',
  state: 'ready',
  engineVersion: '20.10.24',
  architecture: 'x86_64',
  cpus: 8,
  memoryBytes: 32 * 1024 * MB,
  spaces: 7,
  advice: [],
}

const source = (name: string, image: string, more = '') => `name: ${name}
icon: ${name.toLowerCase().split(' ')[0]}
description: ${image} with git and a home that is kept.

parameters:
  memory:
    type: size
    label: Memory
    default: 1g
    min: 256m
    max: 8g
  version:
    type: choice
    label: Version
    choices: [22, 24, 26]
    default: 24

main: dev
services:
  dev:
    image: ${image}
    environment:
      TZ: Europe/Berlin
    deploy:
      resources:
        limits:
          memory: \${{ param.memory }}
${more}`

const database = `  db:
    image: postgres:17
    environment:
      POSTGRES_PASSWORD: \${{ secret.database }}
    volumes:
      - data:/var/lib/postgresql/data

volumes:
  data: {}
`

export const starters: Starter[] = [
  ['shell', 'Debian shell', 'debian', 'A plain Debian with bash, git and vim.', 'debian:12', ''],
  ['node', 'Node', 'node', 'Node 24 with npm; an app on port 3000.', 'node:24', ''],
  ['python', 'Python', 'python', 'Python 3 with uv; a notebook on port 8888.', 'python:3.14', ''],
  [
    'postgres',
    'Node with PostgreSQL',
    'database',
    'Node, and a database beside it.',
    'node:24',
    database,
  ],
].map(([key = '', name = '', icon = '', description = '', image = '', more = '']) => ({
  key,
  name,
  icon,
  description,
  source: source(name, image, more),
}))

const head = (starter: Starter): TemplateHead => ({
  name: starter.name,
  icon: starter.icon ?? '',
  description: starter.description,
  main: 'dev',
  services: [
    { name: 'dev', image: /image: (\S+)/.exec(starter.source)?.[1] ?? '' },
    ...(starter.key === 'postgres' ? [{ name: 'db', image: 'postgres:17' }] : []),
  ],
  apps: starter.key === 'shell' ? [] : [{ name: 'Web', port: 3000, icon: 'web', path: '/' }],
  parameters: [
    {
      name: 'memory',
      type: 'size',
      label: 'Memory',
      required: true,
      default: '1g',
      min: 256 * MB,
      max: 8192 * MB,
    },
    {
      name: 'cpus',
      type: 'number',
      label: 'Cores',
      required: true,
      default: 2,
      min: 1,
      max: 8,
      help: 'Shared with others when all are busy.',
    },
    {
      name: 'version',
      type: 'choice',
      label: 'Version',
      required: true,
      default: '24',
      choices: ['22', '24', '26'].map((value) => ({ value, label: value })),
    },
    {
      name: 'tools',
      type: 'many',
      label: 'Tools',
      required: false,
      default: ['git'],
      choices: ['git', 'ripgrep', 'tmux', 'jq'].map((value) => ({ value, label: value })),
    },
    {
      name: 'repository',
      type: 'text',
      label: 'Repository',
      required: false,
      help: 'Cloned into the home at the first start.',
    },
    { name: 'token', type: 'secret', label: 'Access token', required: false },
    {
      name: 'ipv6',
      type: 'switch',
      label: 'IPv6',
      required: false,
      default: false,
      help: 'An address of its own for each container.',
    },
  ],
})

export const templates: TemplateDetail[] = starters.map((starter, index) => {
  const versions = Array.from({ length: 4 - index }, (_, at) => ({
    id: newId(),
    number: at + 1,
    note: ['Made at set-up', 'Two cores by default', '', 'Node 24 instead of 22'][at] ?? '',
    author: { id: ada.id, name: 'ada' },
    createdAt: before((4 - at) * 1440 * 3 * MINUTE),
  }))
  const version = versions.at(-1)
  if (!version) throw new Error('A template has at least one version.')
  const { key: _key, ...rest } = starter
  return {
    ...rest,
    id: newId(),
    head: head(starter),
    version,
    versions,
    spaces: 3 - Math.min(index, 3),
    createdAt: before(30 * 1440 * MINUTE),
  }
})

const failure = (message: string, log: string[]) => ({
  code: 'image_missing' as const,
  message,
  hint: errorTable.image_missing.hint,
  details: {},
  log,
})

function space(
  name: string,
  state: Space['state'],
  more: Partial<Space> & { at?: number } = {},
): Space {
  const { at = 0, ...rest } = more
  const template = templates[at] as Template
  const running = state === 'running'
  return {
    id: newId(),
    name,
    owner: { id: ada.id, name: 'ada' },
    template: {
      id: template.id,
      name: template.name,
      ...(template.icon ? { icon: template.icon } : {}),
      versionId: template.version.id,
      version: template.version.number,
    },
    parameters: { memory: '1g', cpus: 2, version: '24', tools: ['git'], ipv6: false },
    state,
    reason: running ? 'Running.' : 'Stopped by ada.',
    since: before(74 * MINUTE),
    desired: running ? 'running' : 'stopped',
    host: { id: host.id, name: host.name },
    ...(running && {
      agent: {
        state: 'linked' as const,
        since: before(74 * MINUTE),
        route: 'unix:/run/skein/agent.sock',
        failed: [{ address: 'http://172.17.0.1:7534', reason: 'refused' }],
        roundTripMs: 0.4,
      },
      usage: {
        at: before(900),
        cpuPercent: (name.length * 7) % 60,
        memoryBytes: name.length * 31 * MB,
        memoryLimitBytes: 1024 * MB,
      },
      startedAt: before(74 * MINUTE),
    }),
    apps: template.head.apps,
    ports:
      running && at > 0
        ? [
            { port: 3000, address: '0.0.0.0', process: 'node' },
            { port: 5432, address: '127.0.0.1' },
          ]
        : [],
    services:
      running && at === 1
        ? [{ name: 'watch', state: 'backing-off', restarts: 4, lastExit: 'status 1, 12 s ago' }]
        : [],
    createdAt: before(9 * 1440 * MINUTE),
    ...rest,
  }
}

const newer = (of: number, version: number) => {
  const template = templates[of] as Template
  return {
    id: template.id,
    name: template.name,
    icon: template.icon ?? '',
    versionId: newId(),
    version,
    newer: { versionId: template.version.id, version: template.version.number },
  }
}

export const spaces: Space[] = [
  space('quiet-heron', 'running', { at: 1 }),
  space('api-server', 'running', { at: 3, template: newer(0, 2), startedAt: before(300 * MINUTE) }),
  space('billing-import', 'pulling', {
    at: 2,
    reason: 'Pulling python:3.14.',
    since: before(9_000),
    createdAt: before(9_000),
    desired: 'running',
  }),
  space('docs', 'stopped', { since: before(3000 * MINUTE) }),
  space('gpu-notebook', 'failed', {
    at: 2,
    reason: 'The image pyhton:3.14 could not be had.',
    failure: failure('The image pyhton:3.14 could not be had: not found.', [
      'Pulling pyhton:3.14',
      'Error response from daemon: manifest for pyhton:3.14 not found',
    ]),
  }),
  space('load-test', 'running', { at: 1, owner: { id: 'x', name: 'grace' } }),
  space('swift-lark', 'stopping', { reason: 'Stopping its containers.', since: before(2_000) }),
  space('old-experiment', 'stopped', {
    owner: { id: 'y', name: 'barbara' },
    since: before(60_000 * MINUTE),
  }),
]

const step = (
  intentId: string,
  name: string,
  text: string,
  more: Partial<TimelineStep> = {},
): TimelineStep => ({
  id: newId(),
  intentId,
  step: name,
  text,
  state: 'done',
  startedAt: before(60_000),
  durationMs: 120,
  ...more,
})

export function timeline({ state, failure: failed }: Space): TimelineStep[] {
  const actor = { id: ada.id, name: 'ada' }
  const first = [
    step('1', 'network', 'Made its network 10.213.4.16/28', {
      startedAt: before(75 * MINUTE),
      actor,
      durationMs: 114,
    }),
    step('1', 'volume', 'Made its home volume', {
      startedAt: before(75 * MINUTE - 200),
      durationMs: 31,
    }),
    step('1', 'pull', 'Pulled node:24', {
      startedAt: before(75 * MINUTE - 400),
      durationMs: 14_200,
      log: ['24: Pulling from library/node', 'Status: Downloaded newer image for node:24'],
    }),
    step('1', 'start', 'Started its containers', {
      startedAt: before(74 * MINUTE),
      durationMs: 402,
    }),
    step('1', 'agent', 'The agent is linked', {
      startedAt: before(74 * MINUTE - 500),
      durationMs: 124,
    }),
  ]
  if (state === 'pulling') {
    return [
      step('2', 'network', 'Made its network 10.213.4.32/28', { startedAt: before(9_000), actor }),
      step('2', 'pull', 'Pulling python:3.14', {
        state: 'running',
        startedAt: before(8_700),
        progress: { done: 148 * MB, total: 402 * MB, unit: 'bytes' },
      }),
    ]
  }
  if (state === 'failed' && failed) {
    return [
      ...first,
      step('3', 'pull', 'Pull pyhton:3.14', {
        state: 'failed',
        error: failed,
        log: failed.log ?? [],
        startedAt: before(MINUTE),
        actor,
      }),
    ]
  }
  if (state === 'stopped')
    return [...first, step('3', 'stop', 'Stopped', { actor, durationMs: 900 })]
  return [
    ...first,
    step('4', 'adopt', 'The peer came back and went on with it', {
      state: 'note',
      startedAt: before(30 * MINUTE),
    }),
  ]
}
