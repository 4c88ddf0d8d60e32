// The torture itself, as a process in the network's hub: servers, clients and faults for so many seconds; then all is mended,
// all servers must come to have the same, and the history is judged.

import { writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Chance } from '../../sim/chance.ts'
import { eventually } from '../../support/eventually.ts'
import { check } from '../history/check.ts'
import type { FinalState, History } from '../history/operation.ts'
import { Namespaces } from '../namespaces.ts'
import { Databases } from './databases.ts'
import { act } from './deeds.ts'
import { Faults } from './faults.ts'
import { areEqual, finalsOf, sumsOf } from './finals.ts'
import { Recorder } from './recorder.ts'
import { Server } from './server.ts'
import { openApart, openTogether, type Site } from './site.ts'

/** Whether they ever do is worth knowing as well. */
const PATIENCE_MS = 60_000
const LOOK_MS = 100
const CLIENTS = 10
/** Peers on one machine have one clock; a stamp is taken up to some ms before or after it is read. */
const SKEW_MS = 20
/** Told where something is wrong. */
const LAST_FAULTS = 12
const LAST_LINES = 20

/** So that every deletion is forgotten while it still matters. */
const ENV = { SKEIN_TOMBSTONE_SECONDS: '2' }

const { values: args } = parseArgs({
  options: {
    seconds: { type: 'string', default: '90' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    tag: { type: 'string', default: '' },
    /** From the heal until all servers have the same, seconds. */
    within: { type: 'string', default: '5' },
    peers: { type: 'string', default: '5' },
    apart: { type: 'boolean', default: false },
    databases: { type: 'boolean', default: false },
    /** That all clients together do in a second: little beside what a server can do. */
    deeds: { type: 'string', default: '20' },
  },
})
const seconds = Number(args.seconds)
const equalWithinMs = Number(args.within) * 1000
const say = (line: string) => console.log(line)

async function torture(): Promise<boolean> {
  const network = new Namespaces(Number(args.peers), args.tag)
  const databases = args.databases ? await Databases.open(network.hubHost) : undefined
  // Whoever ends this early must find nothing of it running.
  process.once('SIGTERM', () => {
    const ended = databases?.[Symbol.asyncDispose]() ?? Promise.resolve()
    void ended.finally(() => process.exit(1))
  })
  const servers = network.places.map(
    (place) => new Server(place, network, { env: ENV, database: databases?.of(place) }),
  )
  const chance = new Chance(Number(args.seed))
  try {
    const site = await (args.apart ? openApart(servers) : openTogether(servers))
    const recorder = new Recorder()
    const faults = new Faults(servers, network, chance.split(), databases?.faults)
    await Promise.all(
      Array.from({ length: CLIENTS }, (_, i) =>
        client(`client-${i + 1}`, site, recorder, chance.split()),
      ),
    )
    await faults.end()
    const told = [...faults.counts].map(([name, count]) => `${count} ${name}`).join(', ')
    say(`${recorder.summary()}; servers: ${told}`)
    say(`  ${(performance.now() / 1000).toFixed(1)} s: all is mended`)
    const equalMs = args.apart ? 0 : await becomeEqual(servers)
    const finals = await finalsOf(site.doors)
    const isWell = judge(
      { operations: [...site.made, ...recorder.operations], finals, skewMs: SKEW_MS },
      equalMs,
      { faults: faults.told, logs: new Map(servers.map(({ name, output }) => [name, output])) },
    )
    if (!isWell) {
      for (const line of faults.told.slice(-LAST_FAULTS)) say(`  ${line}`)
      for (const { name, output } of servers) {
        for (const line of output.slice(-LAST_LINES)) say(`  ${name}: ${line}`)
      }
    }
    return isWell
  } finally {
    await Promise.all(servers.map((server) => server.remove()))
    await databases?.[Symbol.asyncDispose]()
  }
}

async function client(name: string, site: Site, recorder: Recorder, chance: Chance): Promise<void> {
  const endMs = performance.now() + seconds * 1000
  const { templateId } = site
  const meanMs = (1000 * CLIENTS) / Number(args.deeds)
  while (performance.now() < endMs) {
    await sleep(chance.between(0, 2 * meanMs))
    await act({ name, chance, recorder, templateId }, chance.pick(site.doors))
  }
}

/** From the moment when all is mended, ms. */
async function becomeEqual(servers: readonly Server[]): Promise<number> {
  await Promise.all(servers.map((server) => server.ready()))
  const beganMs = performance.now()
  const coresBefore = coreMs()
  let told = 0
  const look = async (): Promise<boolean> => {
    if (await areEqual(servers)) return true
    const seconds = Math.floor((performance.now() - beganMs) / 1000)
    if (seconds > told) say(`  ${seconds} s after the heal: ${(await sumsOf(servers)).join(' ')}`)
    told = Math.max(told, seconds)
    return sleep(LOOK_MS, false)
  }
  await eventually(look, { timeoutMs: PATIENCE_MS, what: 'equal servers' }).catch(
    (error: unknown) => say(String(error)),
  )
  const equalMs = performance.now() - beganMs
  say(`equal ${equalMs.toFixed(0)} ms after the heal; ${machineLoad(coresBefore)}`)
  return equalMs
}

/** Of all cores, ms since the machine began. */
function coreMs(): { idle: number; all: number } {
  const sums = cpus().map(({ times }) => [times.idle, times.user + times.sys + times.nice] as const)
  const idle = sums.reduce((sum, [ms]) => sum + ms, 0)
  return { idle, all: idle + sums.reduce((sum, [, ms]) => sum + ms, 0) }
}

/** How long it takes says something of the servers only where they had the machine to themselves. */
function machineLoad(before: ReturnType<typeof coreMs>): string {
  const { idle, all } = coreMs()
  const busy = 1 - (idle - before.idle) / Math.max(1, all - before.all)
  return `the machine was ${(busy * 100).toFixed(0)} % busy meanwhile, load ${loadavg()[0]?.toFixed(1)}`
}

/** What whoever asks why will want to read. */
interface Told {
  readonly faults: readonly string[]
  readonly logs: ReadonlyMap<string, readonly string[]>
}

function judge(history: History, equalMs: number, told: Told): boolean {
  const beganMs = performance.now()
  const violations = check(history)
  const tookMs = performance.now() - beganMs
  const objects = history.finals.map((state: FinalState) => state.objects.size)
  say(`judged in ${tookMs.toFixed(0)} ms: ${violations.length} violations; objects: ${objects}`)
  for (const { rule, object, says } of violations.slice(0, 40)) say(`  ${rule}: ${object}: ${says}`)
  const isLate = equalMs > equalWithinMs
  if (isLate) say(`equal only after ${equalMs.toFixed(0)} ms, not within ${equalWithinMs} ms`)
  if (violations.length === 0 && !isLate) return true
  say(`the history is in ${keep({ violations, ...told, ...history })} (seed ${args.seed})`)
  return false
}

function keep(all: Told & History & { readonly violations: unknown }): string {
  const path = join(tmpdir(), `skein-history-${args.seed}-${Date.now()}.json`)
  const plain = (_: string, value: unknown) => {
    if (typeof value === 'bigint') return String(value)
    return value instanceof Map ? Object.fromEntries(value) : value
  }
  writeFileSync(path, JSON.stringify(all, plain, 1))
  return path
}

const isWell = await torture()
process.exit(isWell ? 0 : 1)
