// The run itself, as a process in the network's hub: everybody begins to work, one blow after the other falls, everybody
// ends, and each stream is judged.

import { monitorEventLoopDelay } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { Namespaces } from '../namespaces.ts'
import { type Blow, crash, cutOff, kill, replace, restart } from './blows.ts'
import { Crowd, SIZES } from './crowd.ts'
import type { Event } from './events.ts'
import { olderSkein } from './older.ts'
import { Site } from './site.ts'

/** What a loaded machine may take of what is promised. With SKEIN_TIMED=1 on a quiet one it is held to the figure. */
const LOADED = process.env.SKEIN_TIMED === undefined ? 5 : 1
/** The first peer's. The lock by which peers of one machine share an engine does not reach beyond a namespace. */
const ENGINE = '/var/run/docker.sock'
const SHOWN_LINES = 20
const CALM_MS = 3_000
const TERMINALS_IN_A_SPACE = 10

const { values: args } = parseArgs({
  options: {
    terminals: { type: 'string', default: '50' },
    ssh: { type: 'string', default: '20' },
    forwards: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '0' },
    peers: { type: 'string', default: '3' },
    /** One of each that matters, for a run of a minute. */
    brief: { type: 'boolean', default: false },
    /** The last peer is one of an older version. */
    mixed: { type: 'boolean', default: false },
    /** All are of that version and are upgraded one by one. */
    upgrade: { type: 'boolean', default: false },
    engines: { type: 'string', default: '1' },
    /** The second peer's engine. */
    second: { type: 'string' },
    tag: { type: 'string', default: '' },
  },
})
const size = {
  terminals: Number(args.terminals),
  ssh: Number(args.ssh),
  forwards: Number(args.forwards),
}
/** Agents of the older version know one peer, and wait until that is back. */
const leeway = args.upgrade ? Number.POSITIVE_INFINITY : LOADED
const say = (line: string) => console.log(`${(performance.now() / 1000).toFixed(1)} s: ${line}`)

async function streams(): Promise<boolean> {
  const network = new Namespaces(Number(args.peers), args.tag)
  const engines = args.second === undefined ? 1 : 2
  const older = args.upgrade || args.mixed ? olderSkein() : undefined
  if (older) say(`the older peer is of ${older.origin}`)
  const spaces = Math.max(engines, Math.ceil(size.terminals / TERMINALS_IN_A_SPACE))
  const options = {
    spaces,
    engines,
    sizes: SIZES,
    server: (place: number) => ({
      ...(place === 1 && { docker: ENGINE }),
      ...(place === 2 && args.second !== undefined && { docker: args.second }),
      ...(older && (args.upgrade || place === network.size) && { root: older.folder }),
    }),
  }
  const site = new Site(network, options)
  const crowd = new Crowd(site)
  try {
    await site.open(options)
    say(`${site.servers.length} peers, ${engines} engines, ${spaces} spaces`)
    await crowd.open(size)
    say(`${size.terminals} terminals, ${size.ssh} ssh and ${size.forwards} forwards have begun`)
    const isInTime = await befall(site, crowd)
    await crowd.finish()
    return judge(crowd) && isInTime
  } catch (error) {
    for (const { name, output } of site.servers) {
      console.log([`${name} said last:`, ...output.slice(-SHOWN_LINES)].join('\n  '))
    }
    throw error
  } finally {
    crowd.close()
    await site.close()
  }
}

/** The blows over and over until the time is over, each at least once. */
async function befall(site: Site, crowd: Crowd): Promise<boolean> {
  const lag = monitorEventLoopDelay()
  lag.enable()
  const endMs = performance.now() + Number(args.seconds) * 1000
  let isInTime = true
  const told = (event: Event) => {
    say(
      `${crowd.tell(event)} (this process stood still for up to ${(lag.max / 1e6).toFixed(0)} ms)`,
    )
    lag.reset()
    const isLate = event.withinMs !== undefined && crowd.worst(event) > event.withinMs * leeway
    if (isLate)
      say(`  that is later than ${event.withinMs} ms, by more than a loaded machine excuses`)
    isInTime &&= !isLate
  }
  told(await crowd.calm(CALM_MS))
  do {
    for (const { name, withinMs, strike } of blows(site)) {
      told(await crowd.during(name, withinMs, () => strike(site)))
    }
  } while (performance.now() < endMs)
  return isInTime
}

function blows({ servers }: Site): Blow[] {
  const restarts = servers.map(restart)
  // Those between are as the last, which is the older one where there is one.
  const [first, last] = [servers.slice(0, 1), servers.slice(1).slice(-1)]
  if (args.brief) return [...first.map(kill), ...[...first, ...last].map(restart)]
  const upgrades = args.upgrade ? servers.map((server) => replace(server, undefined)) : []
  const apart = servers.length > 1 ? servers.map(cutOff) : []
  // Split first, while everybody is where they began and much passes between peers.
  return [...upgrades, ...apart, ...servers.map(kill), ...servers.map(crash), ...restarts]
}

function judge({ talks }: Crowd): boolean {
  const bytes = talks.reduce((sum, { judge }) => sum + judge.bytes, 0)
  const typed = talks.reduce((sum, { judge }) => sum + judge.typed, 0)
  const wrongs = talks.flatMap(({ name, judge }) =>
    judge.violations.map(({ rule, says }) => `${rule}: ${name}: ${says}`),
  )
  say(
    `${talks.length} streams, ${bytes} bytes came, ${typed} lines were typed: ${wrongs.length} violations`,
  )
  for (const wrong of wrongs) console.log(`  ${wrong}`)
  return wrongs.length === 0
}

const isWell = await streams()
process.exit(isWell ? 0 : 1)
