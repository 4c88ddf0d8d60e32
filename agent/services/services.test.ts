import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import type { AgentConfig, AgentReport } from '#protocol/report.ts'
import { agentReportSchema } from '#protocol/report.ts'
import { agentConfig } from '../../tests/agent/agent-config.ts'
import { ManualClock } from '../../tests/agent/manual-clock.ts'
import { eventually } from '../../tests/support/eventually.ts'
import { Services } from './services.ts'

let stop: () => Promise<void> = async () => undefined
afterEach(() => stop())

function begin(over: Partial<AgentConfig>) {
  const clock = new ManualClock()
  const reports: AgentReport[] = []
  const services = new Services(agentConfig(over), clock, (report) => {
    reports.push(agentReportSchema.parse(report))
  })
  stop = () => services.stop()
  services.start()
  const becomes = (state: string, restarts: number) =>
    eventually(() => services.list().some((s) => s.state === state && s.restarts === restarts), {
      timeoutMs: 5000,
      what: `${state} after ${restarts} restarts`,
    })
  return { services, clock, reports, becomes }
}

const sh = (script: string) => ['sh', '-c', script]

test('a service that fails is started again after 1, 2 and 4 seconds', async () => {
  const { services, clock, becomes } = begin({
    services: [{ name: 'web', command: sh('echo trying; exit 7') }],
  })
  for (const [restarts, delayMs] of [1000, 2000, 4000].entries()) {
    await becomes('backing-off', restarts)
    assert.deepEqual(clock.waitsMs, [delayMs])
    clock.advance(delayMs)
  }
  await becomes('backing-off', 3)
  assert.equal(services.list()[0]?.lastExit, 'status 7')
  assert.deepEqual(services.log('web').slice(0, 2), ['trying', '— ended: status 7'])
})

test('a service whose program does not exist says so and is tried again', async () => {
  const { services, becomes } = begin({ services: [{ name: 'web', command: ['/no/such'] }] })
  await becomes('backing-off', 0)
  assert.match(services.list()[0]?.lastExit ?? '', /there is no \/no\/such/)
})

test('a restart that is asked for happens at once', async () => {
  const { services, clock, becomes } = begin({
    services: [{ name: 'web', command: sh('sleep 1000') }],
  })
  await becomes('running', 0)
  await services.restart('web')
  await becomes('running', 1)
  assert.deepEqual(clock.waitsMs, [])
  assert.equal(services.list()[0]?.lastExit, 'signal SIGTERM')
  await assert.rejects(async () => services.restart('other'), /no such service/)
})

test('the image’s own command may finish, a service may not', async () => {
  const { services, becomes } = begin({
    command: ['true'],
    services: [{ name: 'web', command: ['true'] }],
  })
  await becomes('backing-off', 0)
  await becomes('stopped', 0)
  assert.deepEqual(
    services.list().map(({ name, state }) => `${name} ${state}`),
    ['image stopped', 'web backing-off'],
  )
})

test('stopping ends services with their children, and starts none again', async () => {
  const { services, reports, becomes } = begin({
    services: [{ name: 'web', command: sh('sleep 1000 & echo $!; wait') }],
  })
  const pid = Number(
    await eventually(() => services.log('web')[0], { timeoutMs: 5000, what: 'a pid' }),
  )
  await becomes('running', 0)
  await services.stop()
  assert.equal(services.list()[0]?.state, 'stopped')
  assert.equal(reports.at(-1)?.type, 'services')
  const { readFile } = await import('node:fs/promises')
  await eventually(
    async () =>
      !/^State:\s+[SR]/m.test(await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')),
    { timeoutMs: 5000, what: 'the end of the child' },
  )
})
