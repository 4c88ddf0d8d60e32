import assert from 'node:assert/strict'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import type { StreamOpen } from '#protocol/link.ts'
import { agentConfig } from '../tests/agent/agent-config.ts'
import { servedPair } from '../tests/agent/served-pair.ts'
import { type AgentContext, createContext } from './context.ts'
import { dispatch } from './dispatch.ts'
import { createLog } from './log.ts'

interface Begun {
  agent: AgentContext
  logged: string[]
  addresses: string[]
}

function begin(): Begun {
  const logged: string[] = []
  const addresses: string[] = []
  const agent = createContext({
    config: agentConfig({ startup: 'echo hello', services: [{ name: 'web', command: ['true'] }] }),
    log: createLog((line) => logged.push(line)),
    report: () => undefined,
    learnAddresses: (learned) => addresses.push(...learned),
  })
  return { agent, logged, addresses }
}

async function ask(agent: AgentContext, open: Omit<Extract<StreamOpen, { kind: 'ask' }>, 'kind'>) {
  const { served, peer } = servedPair({ kind: 'ask', ...open })
  await dispatch(served, agent)
  return { fin: await peer.finished, opened: peer.opened }
}

test('a kind of stream that the agent does not know is refused by name', async () => {
  const { agent, logged } = begin()
  const { served, peer } = servedPair({ kind: 'report' })
  await dispatch(served, agent)
  const { ok, error } = await peer.finished
  assert.deepEqual([ok, error?.code], [false, 'stream_unsupported'])
  assert.deepEqual(logged, [])
})

test('what a handler refuses is the stream’s answer, and no bug', async () => {
  const { agent, logged } = begin()
  const { served, peer } = servedPair({ kind: 'unix', path: '/no/such/socket' })
  await dispatch(served, agent)
  assert.equal((await peer.finished).error?.code, 'path_missing')
  assert.deepEqual(logged, [])
})

test('a bug in a handler ends its stream as internal and goes into the log', async () => {
  const { agent, logged } = begin()
  const broken = { ...agent, config: undefined } as unknown as AgentContext
  const { served, peer } = servedPair({ kind: 'exec', command: ['true'] })
  await dispatch(served, broken)
  assert.equal((await peer.finished).error?.code, 'internal')
  assert.match(logged.join(), /kind exec failed/)
})

test('an echo sends every byte back', async () => {
  const { agent } = begin()
  const { served, peer } = servedPair({ kind: 'echo' })
  const done = dispatch(served, agent)
  const bytes = Buffer.alloc(3_000_000, 'skein')
  peer.duplex.end(bytes)
  assert.deepEqual(await buffer(peer.duplex), bytes)
  await done
})

test('questions are answered with JSON', async () => {
  const { agent, addresses } = begin()
  await agent.startup.run()
  assert.deepEqual(await (await ask(agent, { question: 'terminals' })).opened, { terminals: [] })
  assert.deepEqual(await (await ask(agent, { question: 'ports' })).opened, { ports: [] })
  assert.deepEqual(await (await ask(agent, { question: 'services', name: 'web' })).opened, {
    services: [{ name: 'web', state: 'stopped', restarts: 0 }],
    log: [],
  })
  const startup = (await (
    await ask(agent, { question: 'startup-log' })
  ).opened) as { log: string[] }
  assert.deepEqual(startup.log, ['hello'])
  await ask(agent, { question: 'hello', addresses: ['unix:/x'] })
  assert.deepEqual(addresses, ['unix:/x'])
  const missing = await ask(agent, { question: 'close-terminal', name: 'no' })
  assert.equal(missing.fin.error?.code, 'not_found')
})
