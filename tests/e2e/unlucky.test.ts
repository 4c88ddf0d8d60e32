// What goes wrong around a space, with a real engine and the real agent: settings that would break the agent, start-up
// scripts that fail or hang, an engine that is not there yet or goes away.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { newId, type SpaceId } from '#protocol/ids.ts'
import type { Api } from '../support/api.ts'
import { EngineDoor } from '../support/engine-door.ts'
import { eventually } from '../support/eventually.ts'
import { freePath, Skein } from '../support/skein.ts'
import { TestTerminal } from '../support/terminal.ts'

const engine = new EngineDoor(freePath('skein-test-engine.sock'))
let skein: Skein
let api: Api

before(async () => {
  ;({ skein, api } = await Skein.start({ flags: ['--docker', engine.path] }))
})

after(async () => {
  await engine.open()
  await api?.deleteSpaces()
  await skein?.close()
  await engine.shut()
})

test('a peer whose engine is not there yet serves its pages, and starts its spaces when it comes', async () => {
  const id = await created('early')
  assert.equal((await api.space(id)).reason, 'It waits for its host.')
  await engine.open()
  await api.until(id, 'running')
})

test('an engine that goes away ends no terminal, and what was asked meanwhile is done when it is back', async () => {
  const id = await created('lasting')
  await api.until(id, 'running')
  const terminal = await TestTerminal.open(api, id)
  await engine.shut()
  terminal.type('echo $((6 * 7))\n')
  await terminal.until(/^42\r$/m)
  await eventually(() => isHost('unreachable'), { timeoutMs: 5000, what: 'the loss to be seen' })
  assert.equal((await api.space(id)).state, 'running')
  await api.act(id, 'stop')
  await engine.open()
  await api.until(id, 'stopped')
  terminal.close()
})

test('a template’s NODE_OPTIONS and LD_PRELOAD reach its programs, and not the agent', async () => {
  const id = await created(
    'preload',
    ', environment: {LD_PRELOAD: /none.so, NODE_OPTIONS: --require=/none.js}',
  )
  await api.until(id, 'running')
  const terminal = await TestTerminal.open(api, id)
  terminal.type('echo "is $LD_PRELOAD $NODE_OPTIONS;"\n')
  await terminal.until(/is \/none\.so --require=\/none\.js;/)
  terminal.close()
})

test('a start-up script that fails says so with its log, and the space can be used to mend it', async () => {
  const id = await created('failing', '', 'startup: "echo broken; exit 3"')
  const space = await api.until(id, 'running')
  assert.equal(space.failure?.code, 'startup_failed')
  const step = await eventually(
    async () => (await api.timeline(id)).find(({ step }) => step === 'startup'),
    { timeoutMs: 10_000, what: 'the start-up on the timeline' },
  )
  assert.deepEqual([step.state, step.log], ['failed', ['broken']])
  const terminal = await TestTerminal.open(api, id)
  terminal.type('echo $((6 * 7))\n')
  await terminal.until(/^42\r$/m)
  terminal.close()
})

test('a start-up script that hangs keeps nobody out, and its space stops all the same', async () => {
  const id = await created('hanging', '', 'startup: "echo waiting; sleep 1000"')
  const terminal = await TestTerminal.open(api, id)
  terminal.type('echo $((6 * 7))\n')
  await terminal.until(/^42\r$/m)
  terminal.close()
  await api.act(id, 'stop')
  await api.until(id, 'stopped', 15_000)
})

test('a shut-down script runs before its space ends, and its words are on the timeline without secrets', async () => {
  const id = await created(
    'closing',
    ', volumes: ["kept:/kept"], environment: {TOKEN: "$'.concat('{{ param.token }}"}'),
    [
      'parameters: {token: {type: secret, default: hunter22}}',
      'startup: "echo starting with $TOKEN"',
      'shutdown: {script: "echo $TOKEN >> /kept/ends; echo closing with $TOKEN", timeout: 20s}',
      'run: {once: {command: [sh, -c, "echo ran >> /kept/once"], restart: on-failure}}',
    ].join('\n'),
  )
  await api.until(id, 'running')
  await api.act(id, 'restart')
  const step = await eventually(
    async () =>
      (await api.timeline(id)).find(
        ({ step, state }) => step === 'shutdown' && state !== 'running',
      ),
    { timeoutMs: 30_000, what: 'the shut-down on the timeline' },
  )
  assert.deepEqual([step.state, step.log], ['done', ['closing with •••', '— status 0']])
  await api.until(id, 'running')
  const startup = (await api.timeline(id)).find((one) => one.step === 'startup')
  assert.deepEqual(startup?.log, ['starting with •••'])
  const terminal = await TestTerminal.open(api, id)
  terminal.type('wc -l < /kept/ends; wc -l < /kept/once\n')
  await terminal.until(/^1\r\n[12]\r$/m)
  terminal.close()
})

async function created(name: string, service = '', head = ''): Promise<SpaceId> {
  const services = `services: {main: {image: "skein/debian-test:1"${service}}}`
  const { id: templateId } = await api.createTemplate(`name: ${name}\n${services}\n${head}`)
  const id = newId<'space'>()
  await api.createSpace({ id, name, templateId })
  return id
}

async function isHost(state: string): Promise<boolean> {
  const { hosts } = await api.call<{ hosts: { state: string }[] }>('GET', '/hosts')
  return hosts.some((host) => host.state === state)
}
