import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PeerAsk, PeerInfo } from '#protocol/api/peers.ts'
import { SkeinError } from '#protocol/errors.ts'
import { type Cluster, illnessOf, roll } from './rolling.ts'

type Restart = (peer: PeerInfo, ask: PeerAsk, wish: string) => void

/** Time that passes when somebody waits, and peers that do as the test says. */
function lab(names: readonly string[], restart: Restart) {
  let nowMs = 0
  const order: string[] = []
  const lines: string[] = []
  const peers = names.map((name, i) => peer(name, i === 0))
  const cluster: Cluster = {
    list: async () => {
      if (peers.some(({ isSelf, load }) => isSelf && load > nowMs)) {
        throw new SkeinError('unavailable', { reason: 'being started' })
      }
      return peers
    },
    async wish(id, ask) {
      const found = peers.find((one) => one.id === id) ?? peer('none', false)
      order.push(found.name)
      const wish = `w${order.length}`
      restart(found, ask, wish)
      return { peer: found, wish }
    },
  }
  const clock = {
    monotonicMs: () => nowMs,
    delay: async (ms: number) => {
      nowMs += ms
    },
  }
  return { options: { cluster, clock, say: (line: string) => void lines.push(line) }, order, lines }
}

const peer = (name: string, isSelf: boolean) =>
  ({
    ...{ id: `id-${name}`, name, isSelf, state: 'alive', version: '1.0.0', load: 0 },
    ...(!isSelf && { records: { isLevel: true } }),
  }) as unknown as PeerInfo & { duty?: object; load: number }

const serve: Restart = (of, _, wish) => {
  Object.assign(of, { version: '1.1.0', duty: { isAway: false, state: 'serving', left: 0, wish } })
}

test('each is done in turn, the asked one last, also while it cannot be asked itself', async () => {
  const { options, order, lines } = lab(['a', 'b', 'c'], (of, ask, wish) => {
    serve(of, ask, wish)
    if (of.isSelf) Object.assign(of, { load: 2000 })
  })
  await roll(options)
  assert.deepEqual(order, ['b', 'c', 'a'])
  assert.equal(lines.at(-1), 'done: b, c, a')
  assert.match(lines[1] ?? '', /^b: serves 1\.1\.0 and has every record/)
})

test('the one that does not come back is the last that is touched', async () => {
  const { options, order } = lab(['a', 'b', 'c'], (of, ask, wish) => {
    if (of.name !== 'b') return serve(of, ask, wish)
    const failed = '/opt/skein/1.1.0 did not serve'
    Object.assign(of, { duty: { isAway: false, state: 'serving', left: 0, wish, failed } })
  })
  await assert.rejects(roll(options), (error) => {
    assert.ok(error instanceof SkeinError && error.code === 'upgrade_stopped')
    assert.match(error.message, /b: .*did not serve/)
    return true
  })
  assert.deepEqual(order, ['b'])
})

test('nobody is touched while another is ill, and one of an older version is given up', async () => {
  const ill = lab(['a', 'b'], () => assert.fail('touched'))
  Object.assign((await ill.options.cluster.list())[0] ?? {}, { state: 'unreachable' })
  await assert.rejects(roll(ill.options), /a is unreachable/)
  const old = lab(['a', 'b'], () => undefined)
  await assert.rejects(roll(old.options), /a version before this one cannot/)
})

test('a peer that is kept away, or left, is nobody’s illness', () => {
  const away = { isAway: true, since: '', by: { id: '', name: '' }, state: 'away' } as const
  assert.deepEqual(illnessOf({ ...peer('b', false), duty: away }), [])
  assert.deepEqual(illnessOf({ ...peer('b', false), state: 'left' }), [])
  assert.deepEqual(illnessOf({ ...peer('b', false), state: 'dead' }), ['b is dead'])
  const { records: _, ...unheard } = peer('b', false)
  assert.deepEqual(illnessOf(unheard), ['b does not have every record yet'])
})
