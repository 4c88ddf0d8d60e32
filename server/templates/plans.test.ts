import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { newId, type SpaceId, type TemplateId, type VersionId } from '#protocol/ids.ts'
import { TestClock } from '../../tests/support/clock.ts'
import { systemRandom } from '../clock.ts'
import { openRecords } from '../records/open.ts'
import type { Records } from '../records/records.ts'
import { openMemoryStore } from '../store/memory.ts'
import { createTemplates, type Templates } from './templates.ts'

const ada = { kind: 'user', id: newId<'user'>(), name: 'ada' } as const
const silent = { info() {}, warn() {}, error() {} }
const before = `
name: T
parameters: { memory: { type: size, default: 1g } }
main: main
startup: echo hello
services:
  db: { image: "postgres:16", volumes: [ "data:/data" ] }
  cache: { image: redis }
  main:
    image: debian
    mem_limit: $\{{ param.memory }}
    volumes: [ "home:/home/dev" ]
`
const after = `
name: T
parameters: { memory: { type: size, default: 1g } }
main: main
services:
  db: { image: "postgres:17", volumes: [ "pg:/data" ] }
  queue: { image: nats, environment: { KEY: "$\{{ secret.KEY }}" } }
  main:
    image: debian
    mem_limit: $\{{ param.memory }}
    volumes: [ "home:/home/dev" ]
`

describe('a plan', () => {
  let records: Records
  let templates: Templates
  let id: TemplateId
  let versionId: VersionId

  beforeEach(async () => {
    const clock = new TestClock()
    const store = openMemoryStore()
    records = await openRecords({ store, clock, random: systemRandom, log: silent })
    templates = createTemplates({ records, clock, random: systemRandom })
    const saved = await templates.save(ada, { source: before })
    id = saved.id as TemplateId
    versionId = saved.version.id as VersionId
  })

  async function space(name: string, runs: boolean, memory = 1024 ** 3): Promise<SpaceId> {
    const spaceId = newId<'space'>()
    const state = runs ? ('running' as const) : ('stopped' as const)
    const groups = {
      identity: { ownerId: ada.id, createdAt: 0 },
      name: { name },
      spec: { templateId: id, versionId, parameters: { memory } },
      desired: { state, generation: 1, intentId: 'i', at: 0, by: ada },
    }
    await records.transact(() => ({
      changes: [{ op: 'create', kind: 'space', id: spaceId, groups }],
      result: undefined,
    }))
    return spaceId
  }

  it('of a first version creates everything', () => {
    const plan = templates.plan({ source: before })
    assert.deepEqual(
      [...plan.containers, ...plan.volumes, ...plan.networks].map(({ do: verb }) => verb),
      Array(6).fill('create'),
    )
    assert.deepEqual(plan.spaces, [])
  })

  it('says what is created, replaced, kept and removed, by the words that differ', () => {
    const plan = templates.plan({ source: after, templateId: id })
    assert.deepEqual(
      plan.containers.map(({ name, do: verb, changes }) => [name, verb, ...changes]),
      [
        ['db', 'replace', 'image', 'volumes'],
        ['queue', 'create'],
        ['main', 'keep'],
        ['cache', 'remove'],
      ],
    )
    assert.deepEqual(
      plan.volumes.map(({ name, do: verb, changes }) => [name, verb, ...changes]),
      [
        ['pg', 'create'],
        ['home', 'keep'],
        ['data', 'keep', 'not mounted'],
      ],
    )
    assert.deepEqual(plan.settings, ['startup'])
  })

  it('says which spaces restart to take it, which start with it, and which cannot any more', async () => {
    await space('one', true)
    await space('two', false)
    const plan = templates.plan({ source: after, templateId: id })
    assert.deepEqual(plan.totals, { refused: 0, restart: 1, start: 1, none: 0 })
    assert.deepEqual(
      plan.spaces.map((one) => [one.space.name, one.effect]),
      [
        ['one', 'restart'],
        ['two', 'start'],
      ],
    )
    const same = templates.plan({ source: `${before}# a comment`, templateId: id })
    assert.deepEqual(same.totals, { refused: 0, restart: 0, start: 0, none: 2 })
    const asking = before.replace('parameters: {', 'parameters: { key: { required: true },')
    const refused = templates.plan({ source: asking, templateId: id })
    assert.deepEqual(refused.totals, { refused: 2, restart: 0, start: 0, none: 0 })
    assert.match(refused.spaces[0]?.reason ?? '', /key.* required/)
  })

  it('of one space is of its own values and the newest version', async () => {
    const spaceId = await space('one', true, 2 * 1024 ** 3)
    assert.equal(templates.planSpace(spaceId).effect, 'none')
    await templates.save(ada, { id, source: after })
    const plan = templates.planSpace(spaceId)
    assert.equal(plan.effect, 'restart')
    assert.deepEqual(plan.settings, ['startup'])
  })

  it('of a text with problems is its problems, and of one that cannot be made says why', () => {
    assert.ok(templates.plan({ source: 'name: T', templateId: id }).problems.length > 0)
    const source = 'name: N\nparameters: {i: {default: "-v"}}\nservices: {m: {image: "$'.concat(
      '{{ param.i }}"}}\n',
    )
    assert.match(templates.plan({ source }).refused ?? '', /not the name of an image/)
    assert.throws(() => templates.plan({ templateId: newId() }), { code: 'not_found' })
  })

  it('tells what needs a permission', () => {
    const source = 'name: N\npolicy: {allow: [pid]}\nservices: {m: {image: x, pid: host}}\n'
    assert.deepEqual(templates.plan({ source }).reaches, ['m: pid of the host'])
  })
})
