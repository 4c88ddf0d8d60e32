// What Skein costs while nothing happens: private memory of a peer and of an agent, beside a Node that only waits.

import { execFileSync, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { Skein } from '../tests/support/skein.ts'
import { type BenchRow, row } from './report.ts'
import { benchSpace } from './space.ts'

const PEER = 'node, waiting'
/** Until start-up garbage is collected and the first reports are in, ms. */
const SETTLE_MS = 15_000

export async function idle(): Promise<readonly BenchRow[]> {
  const { skein, api } = await Skein.start()
  const bare = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'])
  try {
    const id = await benchSpace(api, 'idle')
    // A second agent, so that the pages of Node's own file, which all agents of a host share, count as shared.
    await benchSpace(api, 'other')
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
    const theirs = privateMegabytes(bare.pid ?? 0)
    const versus = { peer: PEER, theirs }
    return [
      row('peer', 'MB', privateMegabytes(skein.peerPid), versus, { ours: { most: 150 } }),
      row('agent', 'MB', privateMegabytes(agentPid(id)), versus, { ours: { most: 20 } }),
    ]
  } finally {
    bare.kill()
    await api.deleteSpaces()
    await skein.close()
  }
}

/** Pages that no other process shares (smaps_rollup), MB. */
export function privateMegabytes(pid: number): number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const kilobytes = (key: string) =>
    Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0)
  return (kilobytes('Private_Clean') + kilobytes('Private_Dirty')) / 1000
}

/** The agent is the only child of the container's first process. */
function agentPid(spaceId: string): number {
  const format = ['inspect', '--format', '{{.State.Pid}}']
  const names = execFileSync('docker', ['ps', '-q', '--filter', `label=dev.skein.space=${spaceId}`])
  const container = names.toString().trim().split('\n')[0] ?? ''
  const init = execFileSync('docker', [...format, container])
    .toString()
    .trim()
  return Number(readdirSync('/proc').find((pid) => /^\d+$/.test(pid) && parentOf(pid) === init))
}

function parentOf(pid: string): string | undefined {
  try {
    return / \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/\(.*\)/s, ''))?.[1]
  } catch {
    return undefined
  }
}
