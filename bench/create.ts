// From the request for a space to its agent's answer, beside `docker run` of the same image.

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { newId } from '#protocol/ids.ts'
import { Skein } from '../tests/support/skein.ts'
import { TestTerminal } from '../tests/support/terminal.ts'
import { type BenchRow, quantile, row } from './report.ts'
import { BENCH_IMAGE, benchTemplate } from './space.ts'

const ROUNDS = 8
const run = promisify(execFile)

export async function create(): Promise<readonly BenchRow[]> {
  const { skein, api } = await Skein.start()
  try {
    const templateId = await benchTemplate(api)
    const ours: number[] = []
    const theirs: number[] = []
    for (let i = 0; i <= ROUNDS; i++) {
      theirs.push(await dockerRun())
      const began = performance.now()
      const id = newId<'space'>()
      await api.createSpace({ id, name: `space-${i}`, templateId })
      await api.until(id, 'running')
      const terminal = await TestTerminal.open(api, id)
      ours.push(performance.now() - began)
      terminal.close()
    }
    // The first of each fills the agent's volume and the page cache.
    const versus = { peer: 'docker run', theirs: quantile(theirs.slice(1), 0.5) }
    const bar = { ours: { most: 2000 }, over: { most: 1500 } }
    return [row('create', 'ms', quantile(ours.slice(1), 0.5), versus, bar)]
  } finally {
    await api.deleteSpaces()
    await skein.close()
  }
}

async function dockerRun(): Promise<number> {
  const began = performance.now()
  const { stdout } = await run('docker', ['run', '-d', '--init', BENCH_IMAGE, 'sleep', '60'])
  const elapsed = performance.now() - began
  await run('docker', ['rm', '-f', stdout.trim()])
  return elapsed
}
