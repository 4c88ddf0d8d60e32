import assert from 'node:assert/strict'
import { test } from 'node:test'
import { agentConfig } from '../../tests/agent/agent-config.ts'
import { systemClock } from '../clock.ts'
import { Shutdown } from './shutdown.ts'

async function linesOf(script: string, timeoutMs: number, secrets: string[] = []) {
  const written: string[] = []
  const config = agentConfig({ shutdown: { script, timeoutMs }, secrets })
  await new Shutdown(config, systemClock, (text) => written.push(text)).run()
  return written.join('').split('\n').slice(0, -1)
}

test('what a shut-down script says is in the log, marked, with its end and without secrets', async () => {
  const lines = await linesOf('echo saved with hunter22; exit 3', 10_000, ['hunter22'])
  assert.deepEqual(lines, ['shutdown| saved with •••', 'shutdown| — status 3'])
})

test('a shut-down script that does not end is ended with its children', async () => {
  const startedMs = performance.now()
  const lines = await linesOf('echo begun; sleep 1000 & wait', 300)
  assert.deepEqual(lines, ['shutdown| begun', 'shutdown| — it was ended after 0.3 s'])
  assert.ok(performance.now() - startedMs < 20_000)
})

test('a template without one shuts down without a word', async () => {
  const written: string[] = []
  await new Shutdown(agentConfig(), systemClock, (text) => written.push(text)).run()
  assert.deepEqual(written, [])
})
