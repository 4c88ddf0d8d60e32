// Measures an agent's terminals alone, in one process with their clients: `node agent/terminal/testing/measure.ts`.
// Floods count only what a client has received and acked; the screen is kept all the while.

import { createWriteStream, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Desk } from './desk.ts'
import { openTerminals } from './open.ts'

const TEXT_MB = 200
const ECHOES = 300

function privateMb(): number {
  const rollup = readFileSync('/proc/self/smaps_rollup', 'utf8')
  const kb = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(rollup)?.[1] ?? 0)
  return (kb('Private_Dirty') + kb('Private_Clean')) / 1024
}

async function writeText(path: string, line: (n: number) => string): Promise<void> {
  const file = createWriteStream(path)
  let block = ''
  for (let n = 0; block.length < 1024 * 1024; n++) block += line(n)
  for (let mb = 0; mb < TEXT_MB; mb++) file.write(block)
  await new Promise<void>((resolve) => file.end(resolve))
}

/** MB/s that a client receives of a command, until it ends or for five seconds. */
async function flood(command: string): Promise<number> {
  const terminals = openTerminals()
  const desk = new Desk(terminals, { command: ['/bin/sh', '-c', command] })
  let bytes = 0
  let ended = false
  desk.onEvent = (event) => {
    if ('bytes' in event) bytes += event.bytes.length
    if (event.type === 'fin') ended = true
    desk.output = []
    desk.events.length = 0
  }
  desk.connect()
  const started = performance.now()
  while (!ended && performance.now() - started < 5000) await delay(20)
  const seconds = (performance.now() - started) / 1000
  await desk.cut()
  await terminals.close()
  return bytes / 1e6 / seconds
}

/** Round trips of one typed character through `cat`, ms, sorted; optionally beside a flood in the same agent. */
async function echoes(beside?: string): Promise<number[]> {
  const terminals = openTerminals()
  const desk = new Desk(terminals, { command: ['/bin/sh', '-c', 'stty raw -echo; cat'] }).connect()
  await delay(300)
  const noise = beside
    ? new Desk(terminals, { terminal: 'noise', command: ['/bin/sh', '-c', beside] }).connect()
    : undefined
  if (noise)
    noise.onEvent = () => {
      noise.output = []
      noise.events.length = 0
    }
  await delay(500)
  const times: number[] = []
  for (let n = 0; n < ECHOES; n++) {
    const started = performance.now()
    const heard = new Promise<void>((resolve) => {
      desk.onEvent = (event) => 'bytes' in event && resolve()
    })
    desk.type('x')
    await heard
    times.push(performance.now() - started)
    await delay(7)
  }
  await desk.cut()
  await noise?.cut()
  await terminals.close()
  return times.sort((a, b) => a - b)
}

const at = (times: readonly number[], part: number) =>
  (times[Math.floor((times.length - 1) * part)] ?? 0).toFixed(2)
const show = (name: string, times: readonly number[]) =>
  console.log(
    `${name}: p50 ${at(times, 0.5)} ms, p99 ${at(times, 0.99)} ms, max ${at(times, 1)} ms`,
  )

console.log(`memory before the first terminal: ${privateMb().toFixed(1)} MB private`)
show('echo, idle', await echoes())
console.log(`memory with one terminal: ${privateMb().toFixed(1)} MB private`)
const text = join(tmpdir(), 'skein-text')
const colour = join(tmpdir(), 'skein-colour')
await writeText(
  text,
  (n) => `line ${n} of some ordinary text that is about seventy columns wide, as logs are\n`,
)
await writeText(
  colour,
  (n) => `\x1b[3${n % 8}mline ${n}\x1b[0m of text that is \x1b[1mcoloured\x1b[0m as listings are\n`,
)
show('echo beside a flood of text', await echoes(`while :; do cat ${text}; done`))
show('echo beside a flood of colours', await echoes(`while :; do cat ${colour}; done`))
show('echo beside yes', await echoes('yes'))
console.log(`flood, cat of text: ${(await flood(`cat ${text}`)).toFixed(1)} MB/s`)
console.log(`flood, cat of coloured text: ${(await flood(`cat ${colour}`)).toFixed(1)} MB/s`)
console.log(`flood, yes: ${(await flood('yes')).toFixed(1)} MB/s`)
await rm(text)
await rm(colour)
