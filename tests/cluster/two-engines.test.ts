// Two peers, each with an engine of its own: what is asked of either is carried out by the one that drives the host, and what
// nobody can carry out is a state that people see.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Host, PlacementPreview } from '#protocol/api/hosts.ts'
import type { PeerInfo } from '#protocol/api/peers.ts'
import type { Space } from '#protocol/api/spaces.ts'
import { newId } from '#protocol/ids.ts'
import type { MoreEngine } from '../../scripts/lib/more-engines.js'
import { Api } from '../support/api.ts'
import { docker } from '../support/docker.ts'
import { eventually } from '../support/eventually.ts'
import { noFurtherEngine, openEngine } from '../support/more-engine.ts'
import { Skein } from '../support/skein.ts'
import { TestTerminal } from '../support/terminal.ts'

const IMAGE = 'skein/busybox-test:1'
const BIN = new URL('../../cli/bin.js', import.meta.url).pathname
const run = promisify(execFile)
const within = (what: string, timeoutMs = 60_000) => ({ what, timeoutMs })
const template = (name: string, more = '') =>
  `name: ${name}\n${more}services:\n  main:\n    image: ${IMAGE}\n    volumes: [ home:/home ]\n`

let far: MoreEngine
let a: { skein: Skein; api: Api }
let b: { skein: Skein; api: Api }

async function joined(flags: readonly string[]): Promise<{ skein: Skein; api: Api }> {
  const words = [BIN, 'peers', 'token', '--data', a.skein.data]
  const token = (await run(process.execPath, words)).stdout.trim()
  const { skein } = await Skein.start({ flags: ['--join', token, ...flags], bare: true })
  const api = new Api(skein.url)
  await eventually(() => api.signIn('ada').then(() => true), within('signed in at the second'))
  return { skein, api }
}

const hosts = async (api: Api) => (await api.call<{ hosts: Host[] }>('GET', '/hosts')).hosts

async function create(api: Api, name: string, templateId: string, more = {}): Promise<string> {
  const id = newId<'space'>()
  await api.createSpace({ id, name, templateId, ...more })
  return id
}

/** What an engine has of a space, by Docker's own word. */
async function onFar(id: string): Promise<string> {
  const filter = ['--filter', `label=dev.skein.space=${id}`]
  return (await runsOnFar(id)) + (await far.docker('volume', 'ls', '--quiet', ...filter)).output
}

/** Its containers alone: volumes stay where it was until it is deleted. */
async function runsOnFar(id: string): Promise<string> {
  const filter = ['--filter', `label=dev.skein.space=${id}`]
  return (await far.docker('ps', '--all', '--quiet', ...filter)).output
}

async function onNear(id: string): Promise<string> {
  const filter = ['--filter', `label=dev.skein.space=${id}`]
  return await docker('ps', '--all', '--quiet', ...filter)
}

/** One request that may be sent to any peer, any number of times. */
function repeatable(body: { name: string; templateId: string }) {
  const key = newId()
  return async ({ url, cookie }: Api) => {
    const headers = { origin: url, cookie, 'content-type': 'application/json' }
    const answer = await fetch(`${url}/api/v1/spaces`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { ...headers, 'idempotency-key': key },
    })
    const intent = (await answer.json()) as { intentId: string; space: Space }
    return { status: answer.status, ...intent }
  }
}

async function known(first: Api, second: Api, name: string): Promise<void> {
  const has = async (api: Api) => (await api.templates()).some((one) => one.name === name)
  await eventually(async () => (await has(first)) && (await has(second)), within('the template'))
}

/** Whether a peer has everything that the other one says to have. */
async function isLevel(api: Api): Promise<boolean> {
  const { peers } = await api.call<{ peers: PeerInfo[] }>('GET', '/peers')
  const others = peers.filter(({ isSelf }) => !isSelf)
  return others.every(({ state, records }) => state === 'alive' && records?.isLevel)
}

/** Both peers come to have one space whose name begins so: a double would have been renamed. */
async function onlyOne(name: string): Promise<void> {
  for (const { api } of [a, b]) {
    const named = async () => (await api.spaces()).filter((space) => space.name.startsWith(name))
    const there = async () => (await named()).length > 0 && (await isLevel(api))
    await eventually(there, within('it has heard of everything'))
    assert.deepEqual(
      (await named()).map((space) => space.name),
      [name],
    )
  }
}

/** kill −9 of the whole server: nothing of it comes back by itself. */
async function kill({ skein }: { skein: Skein }): Promise<void> {
  const { peerPid } = skein
  await skein.killSupervisor()
  process.kill(peerPid, 'SIGKILL')
}

describe('two peers with an engine each', { skip: noFurtherEngine }, () => {
  before(async () => {
    far = await openEngine('far', IMAGE)
    a = await Skein.start({
      flags: ['--name', 'peer-a', '--engines', 'near=/var/run/docker.sock?zone=hall-1'],
    })
    const engine = `far=${far.socket}?zone=hall-2&label=gpu:nvidia`
    b = await joined(['--name', 'peer-b', '--engines', engine])
    const ready = async () => (await hosts(a.api)).filter(({ state }) => state === 'ready')
    await eventually(async () => (await ready()).length === 2, within('both hosts'))
  })

  after(async () => {
    await a?.api.deleteSpaces().catch(() => undefined)
    await Promise.all([a?.skein.close(), b?.skein.close()])
    await far?.remove()
  })

  test('each host is known to both, by its name, zone, labels and driver', async () => {
    const shown = async (api: Api) =>
      (await hosts(api))
        .map(({ name, zone, labels, driver }) => [name, zone, labels, driver?.name])
        .toSorted()
    const expected = [
      ['far', 'hall-2', { gpu: 'nvidia' }, 'peer-b'],
      ['near', 'hall-1', {}, 'peer-a'],
    ]
    assert.deepEqual([await shown(a.api), await shown(b.api)], [expected, expected])
  })

  test('a space that is asked for at one peer runs on the other’s engine, and does as either says', async () => {
    const { id: templateId } = await a.api.createTemplate(
      template('gpu', 'placement: { labels: { gpu: nvidia } }\n'),
    )
    const preview = await a.api.call<PlacementPreview>('GET', `/placement?templateId=${templateId}`)
    assert.equal(preview.host?.name, 'far')
    const id = await create(a.api, 'far-away', templateId)
    const space = await a.api.until(id, 'running')
    assert.equal(space.host?.name, 'far')
    const linked = async () => (await a.api.space(id)).agent?.state === 'linked'
    await eventually(linked, within('its link, as the other peer tells'))
    for (const api of [a.api, b.api]) {
      const terminal = await TestTerminal.open(api, id)
      terminal.type("echo far-''away\n")
      await terminal.until(/far-away/)
      terminal.close()
    }
    const steps = await a.api.timeline(id)
    const placed = steps.find(({ step }) => step === 'place')
    assert.match(
      placed?.text ?? '',
      /^Placed on far: of 2 hosts only it can take it now \(near: it lacks/,
    )
    assert.ok(steps.some(({ step, state }) => step === 'start' && state === 'done'))
    assert.notEqual(await onFar(id), '')
    for (const [api, act, state] of [
      [a.api, 'stop', 'stopped'],
      [b.api, 'start', 'running'],
      [a.api, 'restart', 'running'],
    ] as const) {
      const { since } = await api.space(id)
      await api.act(id, act)
      const done = async () => {
        const now = await api.space(id)
        return now.state === state && now.since !== since
      }
      await eventually(done, within(`${act} carried out`))
    }
    await a.api.call('DELETE', `/spaces/${id}`)
    await eventually(async () => (await onFar(id)) === '', within('nothing of it on the engine'))
  })

  test('a stop at one peer is begun by the other within a second', async () => {
    const { id: templateId } = await a.api.createTemplate(template('quick'))
    const { hostId } = { hostId: (await hosts(a.api)).find(({ name }) => name === 'far')?.id }
    const id = await create(a.api, 'quick', templateId, { hostId })
    await a.api.until(id, 'running')
    const from = performance.now()
    await a.api.act(id, 'stop')
    const begun = async () => (await a.api.space(id)).state !== 'running'
    await eventually(begun, within('begun'))
    // Some 50 ms on a quiet machine, and a second is what was promised; one that others load is given more.
    assert.ok(performance.now() - from < 5000)
    await a.api.until(id, 'stopped')
    await a.api.call('DELETE', `/spaces/${id}`)
  })

  test('a request that is repeated at another peer, with the first one dead, makes nothing twice', async () => {
    const { id: templateId } = await a.api.createTemplate(template('twice'))
    await known(a.api, b.api, 'twice')
    const send = repeatable({ name: 'twice', templateId })
    const first = await send(b.api)
    await b.skein.killPeer()
    const second = await send(a.api)
    assert.deepEqual([first?.status, second?.status], [202, 202])
    assert.equal(first?.space.id, second?.space.id)
    assert.equal(first?.intentId, second?.intentId)
    await onlyOne('twice')
    await a.api.until(second?.space.id ?? '', 'running')
    await a.api.call('DELETE', `/spaces/${second?.space.id}`)
  })

  test('nor where the first one died in the midst of it, whether it was heard of or not', async () => {
    const { id: templateId } = await a.api.createTemplate(template('cut'))
    await known(a.api, b.api, 'cut')
    for (const [round, afterMs] of [2, 8, 20].entries()) {
      const name = `cut-${round}`
      const send = repeatable({ name, templateId })
      const first = send(b.api).catch(() => undefined)
      await sleep(afterMs)
      await b.skein.killPeer()
      await first
      const second = await send(a.api)
      assert.equal(second?.status, 202)
      await onlyOne(name)
      const id = second?.space.id ?? ''
      await a.api.until(id, 'running')
      const here = async () =>
        Number((await runsOnFar(id)) !== '') + Number((await onNear(id)) !== '')
      await eventually(async () => (await here()) === 1, within('on one'))
      await a.api.call('DELETE', `/spaces/${id}`)
      await eventually(async () => (await onFar(id)) === '', within('nothing of it on the other'))
    }
  })

  test('with the owner gone a wish is taken and waits in sight, and is done when the owner is back', async () => {
    const { id: templateId } = await a.api.createTemplate(
      template('owned', 'placement: { zone: hall-2 }\n'),
    )
    const kept = await create(a.api, 'kept', templateId)
    const lost = await create(a.api, 'lost', templateId)
    for (const id of [kept, lost]) await a.api.until(id, 'running')
    await kill(b)
    const waiting = async () => (await a.api.space(kept)).waiting
    await eventually(waiting, within('seen to be gone'))
    const from = performance.now()
    await a.api.act(kept, 'stop')
    assert.ok(performance.now() - from < 5000)
    const seen = await waiting()
    assert.deepEqual(
      [seen?.for, seen?.wish, seen?.host?.name, seen?.peer?.name],
      ['driver', 'stop', 'far', 'peer-b'],
    )
    assert.match(seen?.reason ?? '', /peer-b, which did last, is (unreachable|dead)/)
    const next = create(a.api, 'next', templateId)
    assert.equal((await a.api.space(await next)).waiting?.for, 'placement')
    await a.api.call('POST', `/spaces/${lost}/forget`)
    await assert.rejects(a.api.space(lost), { code: 'not_found' })
    assert.notEqual(await onFar(lost), '')
    await b.skein.startSupervisor()
    await a.api.until(kept, 'stopped')
    await eventually(
      async () => (await onFar(lost)) === '',
      within('what was forgotten is removed'),
    )
    assert.equal((await a.api.until(await next, 'running')).host?.name, 'far')
    assert.equal(await waiting(), undefined)
  })
})
