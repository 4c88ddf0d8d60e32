import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'node:test'
import { SkeinError } from '#protocol/errors.ts'
import type { SpaceId } from '#protocol/ids.ts'
import type { ValueAsk } from '../templates/values.ts'
import { FakeEngine } from './testing/fake-engine.ts'
import { ada, openStage, type Stage } from './testing/stage.ts'

const value = (ref: string) => '$'.concat(`{{ ${ref} }}`)
const asked: ValueAsk[] = []
const values = {
  valuesFor: async (ask: ValueAsk) => {
    asked.push(ask)
    return { vars: { REGION: 'eu-1' }, secrets: { TOKEN: 'hunter22\nsecond line' } }
  },
}

let engine: FakeEngine
let stage: Stage

async function open(
  given: { valuesFor: (ask: ValueAsk) => Promise<never> } | typeof values = values,
) {
  engine = new FakeEngine()
  stage = await openStage({ engine, values: given })
  await stage.spaces.start()
}

afterEach(() => stage.close())

const storing = `
name: S
parameters: { password: { type: secret }, word: { default: plain } }
services:
  main:
    image: debian
    environment:
      REGION: ${value('var.REGION')}
      TOKEN: ${value('secret.TOKEN')}
      CODED: ${value('secret.TOKEN | base64')}
      URL: ${value('server.url')}
      HOST: ${value('server.host')}
      PASSWORD: ${value('param.password')}
`
const SECRETS = [
  'hunter22',
  'second line',
  'swordfish',
  Buffer.from('hunter22\nsecond line').toString('base64'),
]

async function told(id: SpaceId): Promise<string> {
  return JSON.stringify([stage.spaces.show(id), await stage.spaces.timeline(id)])
}

describe('stored values', () => {
  it('are asked for by name when a space starts, and are in its environment alone', async () => {
    await open()
    asked.length = 0
    const { id: templateId } = await stage.template(storing)
    const id = await stage.create(templateId, 'box', { password: 'swordfish' })
    await stage.reaches(id, 'running')
    const { Env } = engine.onlyContainer().spec
    assert.ok(Env.includes('REGION=eu-1') && Env.includes('TOKEN=hunter22\nsecond line'))
    assert.ok(Env.includes('URL=https://skein.example') && Env.includes('HOST=fake'))
    assert.deepEqual(asked[0]?.vars, ['REGION'])
    assert.deepEqual(asked[0]?.secrets, ['TOKEN'])
    const { Env: _, ...rest } = engine.onlyContainer().spec
    for (const secret of SECRETS) assert.ok(!JSON.stringify(rest).includes(secret))
  })

  it('are in no timeline, no failure and no kept log, whatever the engine says', async () => {
    await open()
    engine.before = (call) => {
      if (call !== 'startContainer') return
      for (const container of engine.containers.values()) {
        container.log.push('token is hunter22', 'and second line', 'pw swordfish', SECRETS[3] ?? '')
      }
      throw new SkeinError('engine_refused', {
        reason: 'no such user: swordfish hunter22',
        status: 500,
      })
    }
    const { id: templateId } = await stage.template(storing)
    const id = await stage.create(templateId, 'box', { password: 'swordfish' })
    await stage.reaches(id, 'failed')
    const shown = await told(id)
    assert.match(shown, /token is •••/)
    assert.match(shown, /no such user: ••• •••/)
    for (const secret of SECRETS) assert.ok(!shown.includes(secret), secret)
  })

  it('that cannot be read keep a space from starting, and nothing of its log is shown', async () => {
    await open({
      valuesFor: async () => {
        throw new SkeinError('unavailable', { reason: 'not able to decrypt' })
      },
    })
    const { id: templateId } = await stage.template(storing)
    const id = await stage.create(templateId)
    assert.equal((await stage.reaches(id, 'failed')).failure?.code, 'unavailable')
  })

  it('that are not set are named', async () => {
    await open({ valuesFor: async () => ({ vars: {}, secrets: {} }) as never })
    const { id: templateId } = await stage.template(storing)
    const id = await stage.create(templateId)
    const { failure } = await stage.reaches(id, 'failed')
    assert.equal(failure?.code, 'value_missing')
    assert.match(failure.message, /variable “REGION”/)
  })
})

it('a parameter that has become a secret in a newer version is shown no more', async () => {
  await open()
  const source = (type: string) =>
    `name: T\nparameters: {key: {type: ${type}}}\nservices: {main: {image: debian}}`
  const { id: templateId } = await stage.template(source('text'))
  const id = await stage.create(templateId, 'box', { key: 'swordfish' })
  await stage.reaches(id, 'running')
  assert.equal(stage.spaces.show(id)?.parameters.key, 'swordfish')
  await stage.templates.save(ada, { id: templateId, source: source('secret') })
  assert.deepEqual(stage.spaces.show(id)?.parameters, {})
})

describe('a template version', () => {
  const reaching =
    'name: R\npolicy: {allow: [devices]}\nservices: {main: {image: debian, devices: [/dev/kvm]}}'

  it('that was allowed gets what it reaches', async () => {
    await open()
    const { id: templateId } = await stage.template(reaching, true)
    await stage.reaches(await stage.create(templateId), 'running')
    const { Devices } = engine.onlyContainer().spec.HostConfig as {
      Devices: { PathOnHost: string }[]
    }
    assert.equal(Devices[0]?.PathOnHost, '/dev/kvm')
  })

  it('whose permission is not there starts nothing, whatever its text says', async () => {
    await open()
    const { id: templateId } = await stage.template(reaching, true)
    const versionId = stage.records.get('template', templateId)?.groups.head?.versionId
    assert.ok(versionId)
    const by = stage.templates.get(templateId)?.version.author.id as never
    await stage.records.transact(() => ({
      changes: [
        {
          ...{ op: 'set', kind: 'templateVersion', id: versionId, group: 'permission' },
          value: { reaches: ['main: device /dev/null (rwm)'], by, at: 0 },
        },
      ],
      result: undefined,
    }))
    const id = await stage.create(templateId)
    const { failure } = await stage.reaches(id, 'failed')
    assert.equal(failure?.code, 'template_not_allowed')
    assert.equal(engine.spaceContainers().length, 0)
  })
})
