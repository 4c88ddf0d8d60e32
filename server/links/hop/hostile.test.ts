// Whoever has the cluster's key and means harm, or is broken, on the connections by which streams pass: each is refused
// with its code, and what others asked for passes all the same.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import http2, { type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2'
import { after, before, describe, test } from 'node:test'
import { newId } from '#protocol/ids.ts'
import {
  type Actor,
  FrameType,
  formatPeerIdentity,
  HOP_PATH,
  MAX_STREAMS_PER_HOP_ACTOR,
  parseFin,
} from '#protocol/link.ts'
import { dial } from '../../../link/dial.ts'
import { controlFrame, FirstFrameReader, linkHeader } from '../../../link/frames.ts'
import { hopOptions } from '../../../link/session.ts'
import { ACTOR } from '../../../link/testing/conformance.ts'
import { Hopping } from '../../../link/testing/hopping.ts'
import { amount } from '../../../tests/support/amount.ts'
import { eventually } from '../../../tests/support/eventually.ts'
import { systemClock } from '../../clock.ts'
import { MAX_HOPS_OF_LANE } from './passage.ts'

/** More than the thousand at once of which HTTP/2 itself takes notice. */
const RESETS = amount({ usual: 1200, whole: 2000 })
const soon = (what: string) => ({ timeoutMs: 5000, what })
const raw = (type: number, text: string) =>
  Buffer.concat([linkHeader(type as FrameType, text.length), Buffer.from(text)])

describe('a peer that', () => {
  let hopping: Hopping
  let session: ClientHttp2Session

  const connect = async () => {
    const { socket } = await hopping.dial('hop-bulk')
    const made = http2.connect('http://peer', { ...hopOptions, createConnection: () => socket })
    made.on('error', () => undefined)
    return made
  }
  const ask = (bytes: Buffer, path = HOP_PATH): ClientHttp2Stream => {
    const h2 = session.request({ ':method': 'POST', ':path': path }, { endStream: false })
    h2.on('error', () => undefined)
    h2.write(bytes)
    return h2
  }
  const open = (kind: string, actor: Actor = ACTOR, space: string = hopping.holder.spaceId) =>
    controlFrame(FrameType.open, { space, open: { kind }, actor, requestId: 'h' })
  /** The code that it was refused with. */
  const refused = async (h2: ClientHttp2Stream): Promise<string | undefined> => {
    const reader = new FirstFrameReader(FrameType.fin)
    for await (const chunk of h2) {
      const frame = reader.push(chunk as Buffer)
      if (frame) return parseFin(frame.value).error?.code
    }
    return undefined
  }
  const othersAreServed = async () => {
    const { asker, holder } = hopping
    const stream = await asker.links.streams.open(
      { space: holder.spaceId },
      { kind: 'echo' },
      { actor: { kind: 'user', id: 'other', name: 'bob' }, requestId: 'o' },
    )
    stream.duplex.write('still here')
    assert.equal(String((await once(stream.duplex, 'data'))[0]), 'still here')
    stream.abort()
  }

  before(async () => {
    hopping = await new Hopping().begin()
    session = await connect()
  })
  after(async () => {
    session.destroy()
    await hopping.close()
  })

  const nonsense: readonly (readonly [string, () => Buffer, string])[] = [
    ['opens with what is not JSON', () => raw(FrameType.open, '{"space":'), 'frame_invalid'],
    ['opens with data', () => raw(FrameType.data, 'x'), 'frame_invalid'],
    ['claims an open of 4 GB', () => linkHeader(FrameType.open, 2 ** 32 - 1), 'frame_invalid'],
    ['names no space', () => controlFrame(FrameType.open, { open: {} }), 'frame_invalid'],
    ['asks for a lane in place of a kind', () => open('lane/live'), 'frame_invalid'],
    ['wants an agent’s reports', () => open('report'), 'stream_unsupported'],
    ['names a kind that no agent knows', () => open('teleport'), 'stream_unsupported'],
    [
      'names a space that is not linked here',
      () => open('echo', ACTOR, newId()),
      'agent_not_linked',
    ],
  ]
  for (const [name, bytes, code] of nonsense) {
    test(`${name} is refused with ${code}, and others are served`, async () => {
      assert.equal(await refused(ask(bytes())), code)
      assert.equal(session.destroyed, false)
      await othersAreServed()
    })
  }

  test('asks for another path is answered that there is nothing', async () => {
    const h2 = ask(Buffer.from('x'), '/v1/records')
    const [headers] = (await once(h2, 'response')) as [Record<string, unknown>]
    assert.equal(headers[':status'], 404)
    await othersAreServed()
  })

  test('opens as many streams as it can gets no more than its actor may have, and takes nobody else’s', async () => {
    const eve: Actor = { kind: 'user', id: 'eve', name: 'eve' }
    const unknown = newId()
    // Spaces that are not there keep nothing; the limit of one space's agent comes first.
    const all = Array.from({ length: MAX_STREAMS_PER_HOP_ACTOR + 50 }, () => ask(open('echo', eve)))
    const late = await Promise.all(all.slice(-50).map(refused))
    assert.deepEqual(new Set(late), new Set(['too_many_streams']))
    assert.equal(await refused(ask(open('echo', ACTOR, unknown))), 'agent_not_linked')
    await othersAreServed()
    for (const h2 of all) h2.close()
  })

  test('resets its streams as fast as it can ends nobody else’s', async () => {
    for (let i = 0; i < RESETS; i++) ask(open('echo')).close()
    await othersAreServed()
  })

  test('dials again and again keeps its newest connections only', async () => {
    const sessions: ClientHttp2Session[] = []
    for (let i = 0; i < MAX_HOPS_OF_LANE + 2; i++) sessions.push(await connect())
    await eventually(() => sessions[0]?.destroyed, soon('the end of the oldest'))
    assert.equal(sessions.at(-1)?.destroyed, false)
    for (const each of sessions) each.destroy()
    session = await connect()
    await othersAreServed()
  })

  test('has another cluster’s key, or an agent’s, is not let in', async () => {
    for (const key of [Buffer.alloc(32), hopping.holder.key]) {
      const identity = formatPeerIdentity({
        ...{ peerId: hopping.askerId, keyTag: 1, lane: 'hop-bulk', run: 'run' },
      })
      const { signal } = new AbortController()
      const { address } = hopping
      await assert.rejects(dial({ address, identity, key, clock: systemClock, signal }))
    }
    await othersAreServed()
  })

  test('is given up by membership loses what passes, and may come back', async () => {
    const stream = await hopping.asker.links.streams.open(
      { space: hopping.holder.spaceId },
      { kind: 'echo' },
      { actor: ACTOR, requestId: 'g' },
    )
    hopping.holder.links.forget(hopping.askerId)
    await assert.rejects(stream.finished)
    await othersAreServed()
  })
})
