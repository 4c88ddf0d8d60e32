// Killing the peer and the supervisor, again and again, while people work: nobody's shell ends, no byte is lost or
// doubled, nothing is typed twice, no container restarts.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { after, before, test } from 'node:test'
import { newId } from '#protocol/ids.ts'
import type { Api } from '../support/api.ts'
import { eventually } from '../support/eventually.ts'
import { expectedFlood, startFlood } from '../support/flood.ts'
import { Skein } from '../support/skein.ts'
import { TestTerminal } from '../support/terminal.ts'

const KILLS = 10
/** A tenth of a second each: longer than all the kills. */
const BUILD_STEPS = 250
const FLOOD_LINES = 4_000_000
const TEMPLATE = `name: survive
main: main
services:
  main:
    image: skein/debian-test:1
    volumes: [home:/root]
`

let skein: Skein
let api: Api
const spaceId = newId<'space'>()

before(async () => {
  ;({ skein, api } = await Skein.start())
  const template = await api.createTemplate(TEMPLATE)
  await api.createSpace({ id: spaceId, name: 'survive', templateId: template.id })
  await api.until(spaceId, 'running')
})

after(async () => {
  await api?.deleteSpaces()
  await skein?.close()
})

test('ten kills of the peer lose nothing of a flood, a vim, a build, or what is being typed', async () => {
  const container = containerOf(spaceId)
  const flood = await TestTerminal.open(api, spaceId, 'flood')
  const vim = await TestTerminal.open(api, spaceId, 'vim')
  const build = await TestTerminal.open(api, spaceId, 'build')
  const typed = await TestTerminal.open(api, spaceId, 'typed')
  const shells = await shellPids({ vim, build, typed })
  const begin = await startFlood(flood, FLOOD_LINES)
  vim.type('vi /tmp/letter\n')
  await vim.until(/~ /)
  vim.type('i')
  build.type(
    `for i in $(seq 1 ${BUILD_STEPS}); do echo step $i | tee -a /tmp/build.log; sleep 0.1; done; echo built-$?\n`,
  )
  // What is typed before the shell has handed over is read, but never echoed.
  typed.type("sh -c 'echo cat-''began; exec cat > /tmp/typed'\n")
  await typed.until(/cat-began/)

  const words: string[] = []
  for (let kill = 0; kill < KILLS; kill++) {
    for (let i = 0; i < 10; i++) {
      const word = `w${kill}x${i}`
      words.push(word)
      typed.type(`${word}\n`)
      vim.type(`${word} `)
    }
    await skein.killPeer()
    await eventually(() => typed.text.includes(`w${kill}x9`), {
      timeoutMs: 15_000,
      what: `typing after kill ${kill}`,
    })
  }
  typed.type('\x04')
  vim.type('\x1b:wq\n')

  await eventually(() => flood.text.includes('flood-ended'), {
    timeoutMs: 180_000,
    what: 'the flood to end',
  })
  assert.equal(flood.snapshots, 0)
  assert.equal(begin.digest(), expectedFlood(FLOOD_LINES))
  await build.until(/built-0/, 60_000)
  assert.deepEqual(await shellPids({ vim, build, typed }), shells)
  typed.type('cat /tmp/typed | tr "\\n" " "; echo; echo typed-end\n')
  await typed.until(/typed-end\r\n/)
  assert.equal(readFile('/tmp/typed').trim().split('\n').join(' '), words.join(' '))
  assert.equal(readFile('/tmp/letter').trim(), words.join(' '))
  assert.equal(readFile('/tmp/build.log').trim().split('\n').length, BUILD_STEPS)
  assert.equal(containerOf(spaceId), container)
  for (const terminal of [flood, vim, build, typed]) terminal.close()
})

test('a killed supervisor comes back, adopts its peer and starts no double', async () => {
  const peer = skein.peerPid
  const adoptions = () => skein.output.filter((line) => line.includes('adopted the peer')).length
  const terminal = await TestTerminal.open(api, spaceId, 'adopted')
  for (let i = 0; i < KILLS; i++) {
    await skein.killSupervisor()
    terminal.type(`echo still-${i}\n`)
    await terminal.until(new RegExp(`still-${i}\\r\\n`))
    await skein.startSupervisor()
    await eventually(() => adoptions() === i + 1, {
      timeoutMs: 5000,
      what: 'the peer to be adopted',
    })
    assert.equal(skein.peerPid, peer)
  }
  assert.equal(terminal.connections, 1)
  terminal.close()
})

test('a container removed behind our back is seen within a second', async () => {
  const id = newId<'space'>()
  const [template] = await api.templates()
  assert.ok(template)
  await api.createSpace({ id, name: 'removed', templateId: template.id })
  await api.until(id, 'running')
  execFileSync('docker', ['rm', '-f', containerOf(id)])
  const seen = await eventually(
    async () => {
      const space = await api.space(id)
      return space.state === 'running' ? undefined : space
    },
    { timeoutMs: 1000, what: 'the loss of the container to be seen' },
  )
  assert.match(seen.reason, /container/)
})

async function shellPids(terminals: Record<string, TestTerminal>): Promise<Record<string, string>> {
  const pids: Record<string, string> = {}
  for (const [name, terminal] of Object.entries(terminals)) {
    const mark = `pid${Math.trunc(performance.now())}`
    terminal.type(`echo ${mark}-$$.\n`)
    pids[name] = (await terminal.until(new RegExp(`${mark}-(\\d+)\\.`)))[1] ?? ''
  }
  return pids
}

const containerOf = (id: string): string =>
  execFileSync('docker', ['ps', '-q', '--no-trunc', '--filter', `label=dev.skein.space=${id}`])
    .toString()
    .trim()

const readFile = (path: string): string =>
  execFileSync('docker', ['exec', containerOf(spaceId), 'cat', path]).toString()
