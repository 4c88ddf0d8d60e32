import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from '../../tests/agent/manual-clock.ts'
import { Stats } from './stats.ts'

function kernel(files: Record<string, string>) {
  return (file: string): Promise<string> => {
    const text = files[file]
    return text === undefined ? Promise.reject(new Error(`ENOENT ${file}`)) : Promise.resolve(text)
  }
}

test('a control group of version 2 is read', async () => {
  const clock = new ManualClock()
  const files: Record<string, string> = {
    '/sys/fs/cgroup/cpu.stat': 'usage_usec 5000000\nuser_usec 1\n',
    '/sys/fs/cgroup/memory.current': '104857600\n',
    '/sys/fs/cgroup/memory.max': '268435456\n',
    '/sys/fs/cgroup/memory.stat': 'anon 1\nactive_file 7\ninactive_file 4857600\n',
  }
  const stats = new Stats(clock, kernel(files))
  assert.equal((await stats.sample()).cpuPercent, 0)
  files['/sys/fs/cgroup/cpu.stat'] = 'usage_usec 30000000\n'
  clock.advance(10_000)
  assert.deepEqual(await stats.sample(), {
    type: 'stats',
    cpuPercent: 250,
    memoryBytes: 100_000_000,
    memoryLimitBytes: 268_435_456,
  })
})

test('a control group of version 1 is read, and its huge limit is none', async () => {
  const clock = new ManualClock()
  const files: Record<string, string> = {
    '/sys/fs/cgroup/cpuacct/cpuacct.usage': '1000000000\n',
    '/sys/fs/cgroup/memory/memory.usage_in_bytes': '2000\n',
    '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
    '/sys/fs/cgroup/memory/memory.stat': 'inactive_file 1\ntotal_inactive_file 500\n',
  }
  const stats = new Stats(clock, kernel(files))
  await stats.sample()
  files['/sys/fs/cgroup/cpuacct/cpuacct.usage'] = '2000000000\n'
  clock.advance(10_000)
  assert.deepEqual(await stats.sample(), { type: 'stats', cpuPercent: 10, memoryBytes: 1500 })
})

test('a container that hides its control group has no stats', async () => {
  await assert.rejects(new Stats(new ManualClock(), kernel({})).sample(), /no control group/)
})
