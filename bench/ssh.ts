// Stock ssh through a gateway, its peer and a space's agent, beside OpenSSH's own server on the same loopback with the
// same cipher: time to a command's end, round trip of a keystroke, and bytes a second both ways.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { Site } from '../tests/support/ssh/site.ts'
import { BareSshd } from './bare-sshd.ts'
import { type BenchRow, quantile, row } from './report.ts'

const CIPHER = 'aes128-gcm@openssh.com'
const PEER = 'OpenSSH sshd'
const CONNECTS = 10
const KEYS = 500
const BYTES = 200_000_000
/** Transfers of each; the median counts. */
const TRANSFERS = 3

/** What `ssh` is given before the command. */
type Way = readonly string[]

export async function ssh(): Promise<readonly BenchRow[]> {
  const site = await Site.open()
  const sshd = await BareSshd.start(site.home)
  try {
    await site.space('bench')
    const { config } = site.reach('bench')
    const ours: Way = ['-F', config, '-c', CIPHER, 'space']
    const theirs: Way = ['-F', sshd.config, '-c', CIPHER, 'space']
    return [
      await compare('connect', 'ms', connects, ours, theirs, { ours: { most: 300 } }, 0.5),
      await compare('echo_p99', 'ms', echoes, ours, theirs, {}, 0.99),
      await compare('down', 'MB/s', down, ours, theirs, { ratio: { least: 0.4 } }, 0.5),
      await compare('up', 'MB/s', up, ours, theirs, { ratio: { least: 0.5 } }, 0.5),
    ]
  } finally {
    await sshd.close()
    await site.close()
  }
}

async function compare(
  metric: string,
  unit: string,
  measure: (way: Way) => Promise<number[]>,
  ours: Way,
  theirs: Way,
  bar: Parameters<typeof row>[4],
  share: number,
): Promise<BenchRow> {
  const of = quantile(await measure(ours), share)
  return row(metric, unit, of, { peer: PEER, theirs: quantile(await measure(theirs), share) }, bar)
}

/** Milliseconds of `ssh … true`, each with a login of its own. */
async function connects(way: Way): Promise<number[]> {
  await done(spawn('ssh', [...way, 'true'], { stdio: 'ignore' }))
  return repeat(CONNECTS, () =>
    elapsedMs(() => spawn('ssh', [...way, 'true'], { stdio: 'ignore' })),
  )
}

async function echoes(way: Way): Promise<number[]> {
  const child = spawn('ssh', [...way, 'cat'], { stdio: ['pipe', 'pipe', 'ignore'] })
  const echo = async () => {
    const beganMs = performance.now()
    child.stdin.write('x')
    await once(child.stdout, 'data')
    return performance.now() - beganMs
  }
  await repeat(50, echo)
  const samples = await repeat(KEYS, echo)
  child.stdin.end()
  await done(child)
  return samples
}

function down(way: Way): Promise<number[]> {
  const begin = () => spawn('ssh', [...way, `head -c ${BYTES} /dev/zero`], { stdio: 'ignore' })
  return repeat(TRANSFERS, async () => rate(await elapsedMs(begin)))
}

function up(way: Way): Promise<number[]> {
  const script = `head -c ${BYTES} /dev/zero | ssh "$@" 'cat > /dev/null'`
  const begin = () => spawn('sh', ['-c', script, 'sh', ...way], { stdio: 'ignore' })
  return repeat(TRANSFERS, async () => rate(await elapsedMs(begin)))
}

const rate = (ms: number): number => BYTES / 1000 / ms

async function repeat(times: number, measure: () => Promise<number>): Promise<number[]> {
  const samples: number[] = []
  for (let i = 0; i < times; i++) samples.push(await measure())
  return samples
}

async function elapsedMs(begin: () => ChildProcess): Promise<number> {
  const beganMs = performance.now()
  await done(begin())
  return performance.now() - beganMs
}

async function done(child: ChildProcess): Promise<void> {
  const [status] = (await once(child, 'close')) as [number | null]
  if (status !== 0) throw new Error(`${child.spawnargs.join(' ')} ended with ${status}`)
}
