import assert from 'node:assert/strict'
import { test } from 'node:test'
import { agentReportSchema } from '#protocol/report.ts'
import { agentConfig } from '../../tests/agent/agent-config.ts'
import { systemClock } from '../clock.ts'
import { Startup, type StartupReport } from './startup.ts'

async function run(startup: string | undefined) {
  const reports: StartupReport[] = []
  const script = new Startup(agentConfig({ startup }), systemClock, (report) => {
    assert.ok(JSON.stringify(report).length < 64 * 1024)
    reports.push(agentReportSchema.parse(report) as StartupReport)
  })
  await script.run()
  return { reports, script }
}

test('a script reports that it runs, then how it ended and its last lines', async () => {
  const { reports, script } = await run('echo one; echo two >&2; exit 4')
  assert.equal(reports[0]?.state, 'running')
  const last = reports.at(-1)
  assert.deepEqual([last?.state, last?.status, last?.tail], ['failed', 4, ['one', 'two']])
  assert.ok((last?.durationMs ?? -1) >= 0)
  assert.deepEqual(script.log, ['one', 'two'])
})

test('a script that ends well is done', async () => {
  const { reports } = await run('true')
  assert.equal(reports.at(-1)?.state, 'done')
})

test('a template without a script reports nothing', async () => {
  const { reports, script } = await run(undefined)
  assert.deepEqual([reports, script.outcome], [[], undefined])
})

test('a script that leaves a daemon behind is done all the same', async () => {
  const { reports } = await run('sleep 1000 & echo $!')
  const last = reports.at(-1)
  assert.equal(last?.state, 'done')
  process.kill(Number(last?.tail[0]))
})

test('a flood of output stays within what a report may carry', async () => {
  const { reports } = await run('head -c 3000000 /dev/zero | tr "\\0" "\\1" | fold -w 900')
  assert.equal(reports.at(-1)?.state, 'done')
})
