import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { type ErrorCode, SkeinError } from '#protocol/errors.ts'
import { newId, type SpaceId } from '#protocol/ids.ts'
import { eventually } from '../../tests/support/eventually.ts'
import { FakeEngine, fakeImage } from './testing/fake-engine.ts'
import { ada, bob, openStage, type Stage, soon } from './testing/stage.ts'

let engine: FakeEngine
let stage: Stage

async function open(linking = true): Promise<void> {
  engine = new FakeEngine()
  stage = await openStage({ engine, linking })
  await stage.spaces.start()
}

const only = () => engine.onlyContainer()

describe('a space', () => {
  beforeEach(() => open())
  afterEach(() => stage.close())

  it('runs soon after it was created, and its timeline says how', async () => {
    const { id: templateId } = await stage.template()
    const id = await stage.create(templateId)
    const space = await stage.reaches(id, 'running')
    assert.equal(space.agent?.state, 'linked')
    assert.equal(space.host?.name, 'fake')
    assert.deepEqual((await stage.steps(id)).slice(0, 5), [
      'place note',
      'network done',
      'volume done',
      'container done',
      'start done',
    ])
    assert.equal(only().name, `skein-${id}-main`)
    assert.deepEqual([...engine.volumes.keys()], [`skein-${id}-home`])
  })

  it('that was stopped has neither container nor network, and keeps its volume', async () => {
    const { id: templateId } = await stage.template()
    const id = await stage.create(templateId)
    await stage.reaches(id, 'running')
    await stage.spaces.want(ada, id, 'stopped')
    await stage.reaches(id, 'stopped')
    assert.equal(engine.spaceContainers().length, 0)
    assert.equal(engine.networks.size, 0)
    assert.equal(engine.volumes.size, 1)
    await stage.spaces.want(ada, id, 'running')
    await stage.reaches(id, 'running')
    assert.equal(only().spec.Labels['dev.skein.epoch'], '2')
  })

  it('that was deleted leaves nothing, not even its name', async () => {
    const { id: templateId } = await stage.template()
    const id = await stage.create(templateId)
    await stage.reaches(id, 'running')
    await stage.spaces.want(ada, id, 'deleted')
    await stage.gone(id)
    assert.equal(engine.spaceContainers().length + engine.networks.size + engine.volumes.size, 0)
    await stage.reaches(await stage.create(templateId), 'running')
  })

  it('is marked when its template changed, and takes the newest version at the next restart', async () => {
    const { id: templateId } = await stage.template()
    const id = await stage.create(templateId)
    await stage.reaches(id, 'running')
    engine.images.set('alpine', fakeImage())
    const source = 'name: T\nservices: {main: {image: alpine}}'
    await stage.templates.save(ada, { id: templateId, source })
    assert.equal(stage.spaces.show(id)?.template.newer?.version, 2)
    await stage.spaces.want(ada, id, 'restart')
    await eventually(() => only().spec.Image === 'alpine', soon('the new image'))
    const space = await stage.reaches(id, 'running')
    assert.equal(space.template.version, 2)
    assert.equal(space.template.newer, undefined)
  })

  it('with a database starts it first, and stops it last', async () => {
    const { id: templateId } = await stage.template(
      'name: T\nmain: main\nservices:\n  main: {image: debian, depends_on: {db: {condition: service_healthy}}}\n  db: {image: debian}\n',
    )
    const id = await stage.create(templateId)
    await stage.reaches(id, 'running')
    const names = engine.spaceContainers().map(({ name }) => name)
    assert.deepEqual(names, [`skein-${id}-db`, `skein-${id}-main`])
    assert.deepEqual(
      (await stage.steps(id)).filter((step) => /side|wait|start/.test(step)),
      ['side done', 'wait done', 'start done'],
    )
  })

  it('that is wanted twice is one wish, and a restart is always a new one', async () => {
    const { id: templateId } = await stage.template()
    const id = await stage.create(templateId)
    await stage.reaches(id, 'running')
    const first = await stage.spaces.want(ada, id, 'running')
    assert.deepEqual(await stage.spaces.want(ada, id, 'running'), first)
    assert.notDeepEqual(await stage.spaces.want(ada, id, 'restart'), first)
  })

  it('has its owner’s name for it once', async () => {
    const { id: templateId } = await stage.template()
    const id = await stage.create(templateId, 'one')
    const other = { id: newId<'space'>(), name: 'one', templateId, parameters: {} }
    await assert.rejects(stage.spaces.create(ada, other), { code: 'name_taken' })
    await stage.spaces.create(bob, other)
    await stage.spaces.rename(ada, id, 'two')
    await stage.create(templateId, 'one')
    assert.deepEqual(
      stage.spaces.list(ada).map(({ name }) => name),
      ['two', 'one'],
    )
    await assert.rejects(stage.spaces.rename(ada, id, 'a--b'), { code: 'name_invalid' })
  })

  it('that is created twice with one id is one', async () => {
    const { id: templateId } = await stage.template()
    const creation = { id: newId<'space'>(), name: 'one', templateId, parameters: {} }
    const first = await stage.spaces.create(ada, creation)
    assert.deepEqual(await stage.spaces.create(ada, creation), first)
    await assert.rejects(stage.spaces.create(bob, creation), { code: 'conflict' })
  })

  it('shows no secret, and keeps it when other parameters change', async () => {
    const { id: templateId } = await stage.template(
      `name: T\nparameters: {s: {type: secret}, t: {}}\nservices: {main: {image: debian, environment: {S: "\${{ param.s }}", T: "\${{ param.t }}"}}}`,
    )
    const id = await stage.create(templateId, 'box', { s: 'hush', t: 'a' })
    assert.deepEqual(stage.spaces.show(id)?.parameters, { t: 'a' })
    await stage.reaches(id, 'running')
    await stage.spaces.configure(ada, id, { t: 'b' })
    await stage.spaces.want(ada, id, 'restart')
    await eventually(() => only().spec.Env.includes('T=b'), soon('the new parameter'))
    assert.ok(only().spec.Env.includes('S=hush'))
  })
})

describe('what happens behind our back is seen', () => {
  beforeEach(() => open())
  afterEach(() => stage.close())

  async function running(): Promise<SpaceId> {
    const id = await stage.create((await stage.template()).id)
    await stage.reaches(id, 'running')
    return id
  }

  it('a container that was removed', async () => {
    const id = await running()
    engine.vanish(only().id)
    const space = await stage.reaches(id, 'failed')
    assert.equal(space.failure?.code, 'container_removed')
    await eventually(() => engine.networks.size === 0, soon('the network is removed'))
    await stage.spaces.want(ada, id, 'running')
    assert.equal((await stage.reaches(id, 'running')).failure, undefined)
  })

  it('a container that was killed, with its last words', async () => {
    const id = await running()
    engine.exit(only().id, 137, { log: ['goodbye'] })
    const space = await stage.reaches(id, 'failed')
    assert.equal(space.failure?.code, 'container_exited')
    assert.deepEqual(space.failure.log, ['goodbye'])
    const exit = (await stage.spaces.timeline(id)).find(({ step }) => step === 'exit')
    assert.deepEqual([exit?.state, exit?.log], ['failed', ['goodbye']])
  })

  it('a container that ended well is a space that stopped', async () => {
    const id = await running()
    engine.exit(only().id, 0)
    const space = await stage.reaches(id, 'stopped')
    assert.match(space.reason, /ended by itself/)
    await eventually(() => engine.spaceContainers().length === 0, soon('the container is removed'))
  })

  it('a container that used too much memory says so', async () => {
    const id = await running()
    engine.exit(only().id, 137, { outOfMemory: true })
    assert.equal((await stage.reaches(id, 'failed')).failure?.code, 'out_of_memory')
  })

  it('what another cluster has on the engine is not', async () => {
    await running()
    const foreign = { 'dev.skein.cluster': 'another', 'dev.skein.space': newId() }
    const spec = { ...only().spec, Labels: foreign }
    const id = 'foreign'
    engine.containers.set(id, { ...only(), id, name: id, spec })
    await stage.reopen()
    assert.equal(engine.containers.get(id)?.state, 'running')
  })

  it('containers of a space that nobody knows are left alone', async () => {
    await running()
    const spec = { ...only().spec, Labels: { ...only().spec.Labels, 'dev.skein.space': newId() } }
    engine.containers.set('orphan', { ...only(), id: 'orphan', name: 'orphan', spec })
    await stage.reopen()
    assert.equal(engine.containers.get('orphan')?.state, 'running')
  })
})

describe('a start that cannot succeed', () => {
  beforeEach(() => open())
  afterEach(() => stage.close())
  const source = 'name: T\nservices: {main: {image: rare}}'

  async function fails(code: ErrorCode): Promise<void> {
    const id = await stage.create((await stage.template(source)).id)
    const space = await stage.reaches(id, 'failed')
    assert.equal(space.failure?.code, code)
    await eventually(
      () => engine.spaceContainers().length + engine.networks.size === 0,
      soon('clear'),
    )
  }

  it('for want of an image says so', () => fails('image_missing'))

  it('for another architecture’s image says so', async () => {
    engine.registry.set('rare', fakeImage({ architecture: 'arm64' }))
    await fails('wrong_architecture')
  })

  it('because Docker refuses says so', async () => {
    engine.registry.set('rare', fakeImage())
    engine.before = (call) => {
      if (call === 'startContainer')
        throw new SkeinError('engine_refused', { reason: 'no', status: 500 })
    }
    await fails('engine_refused')
  })

  it('is not tried again by itself, only by a wish', async () => {
    await fails('image_missing')
    const pulls = () => engine.calls.filter((call) => call === 'pull').length
    assert.equal(pulls(), 1)
    await stage.reopen()
    assert.equal(pulls(), 1)
  })

  it('a pull is no longer waited for when the space is stopped', async () => {
    engine.before = (call) => call === 'pull' && new Promise(() => undefined)
    const id = await stage.create((await stage.template(source)).id)
    await stage.reaches(id, 'pulling')
    await stage.spaces.want(ada, id, 'stopped')
    await stage.reaches(id, 'stopped')
    assert.ok((await stage.steps(id)).includes('pull note'))
  })
})

describe('a start-up script', () => {
  beforeEach(() => open())
  afterEach(() => stage.close())
  const source = 'name: T\nstartup: echo hello\nservices: {main: {image: debian}}'

  async function started(): Promise<SpaceId> {
    const id = await stage.create((await stage.template(source)).id)
    await eventually(
      async () => (await stage.steps(id)).includes('startup running'),
      soon('the script'),
    )
    assert.equal(stage.spaces.show(id)?.state, 'starting')
    return id
  }

  it('is waited for', async () => {
    const id = await started()
    stage.report(id, { state: 'running', tail: ['half'] })
    const read = () => stage.spaces.timeline(id)
    await eventually(
      async () => (await read()).some(({ log }) => log?.includes('half')),
      soon('the log while it runs'),
    )
    stage.report(id, { state: 'done', tail: ['whole'] })
    await stage.reaches(id, 'running')
    const step = (await read()).find((one) => one.step === 'startup')
    assert.deepEqual([step?.state, step?.log], ['done', ['whole']])
  })

  it('that is over before anybody looks has its log on the timeline', async () => {
    await stage.close()
    await open(false)
    const id = await stage.create((await stage.template(source)).id)
    await eventually(
      async () => (await stage.steps(id)).includes('agent running'),
      soon('the agent'),
    )
    stage.report(id, { state: 'done', tail: ['quick'] })
    stage.link(id)
    await stage.reaches(id, 'running')
    const found = (await stage.spaces.timeline(id)).filter(({ step }) => step === 'startup')
    assert.deepEqual(
      found.map(({ state, log }) => [state, log]),
      [['done', ['quick']]],
    )
  })

  it('that fails leaves the space running, with the failure', async () => {
    const id = await started()
    stage.report(id, { state: 'failed', status: 3, tail: ['oh'] })
    const space = await stage.reaches(id, 'running')
    assert.equal(space.failure?.code, 'startup_failed')
  })
})

describe('the number of spaces of one user', () => {
  afterEach(() => stage.close())

  it('has a limit, which is each user’s own and which a deleted space gives back', async () => {
    engine = new FakeEngine()
    stage = await openStage({ engine, spacesPerUser: 1 })
    await stage.spaces.start()
    const { id: templateId } = await stage.template()
    const first = await stage.create(templateId, 'one')
    const isLimit = (error: unknown) =>
      error instanceof SkeinError && error.code === 'too_many_spaces' && error.details.limit === 1
    await assert.rejects(stage.create(templateId, 'two'), isLimit)
    const his = { id: newId<'space'>(), name: 'one', templateId, parameters: {} }
    await stage.spaces.create(bob, his)
    await stage.spaces.want(ada, first, 'deleted')
    await stage.gone(first)
    await stage.create(templateId, 'two')
  })
})
