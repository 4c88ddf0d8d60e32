// Requests and sockets that last: each is counted, and ends with the right or the session that it came by, however long
// it has been under way and over however many connections.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request as ask, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { eventually } from '../../tests/support/eventually.ts'
import { AppWorld } from '../../tests/support/http/app-world.ts'
import { SESSION_MS } from '../identity/sessions.ts'

const NOTHING_LEFT = { timeoutMs: 5000, what: 'nothing to be under way' }
let it: AppWorld
/** What the app does with its next requests. */
let play: (request: IncomingMessage, response: ServerResponse) => unknown = () => undefined

before(async () => {
  it = await AppWorld.open((request, response) => void play(request, response))
})
after(() => it.close())

async function get(cookie = ''): Promise<IncomingMessage> {
  const headers = { host: `${it.host}:${it.port}`, cookie }
  const asked = ask({ host: '127.0.0.1', port: it.port, headers }).end()
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  return response
}

test('a request that is asked again over another connection still ends with its sharing', async () => {
  await it.share('public')
  play = (_, response) => response.end('ok')
  await text(await get())
  let asked = 0
  play = (request, response) => {
    asked++
    // The connection that waited ends when it is used, as one does that the app has just closed.
    if (asked === 1) request.socket.destroy()
    else response.writeHead(200).write('x')
  }
  const answer = await get()
  assert.equal(asked, 2)
  assert.equal(it.world.http.apps.size, 1)
  await it.share('owner')
  await assert.rejects(text(answer))
  await eventually(() => it.world.http.apps.size === 0, NOTHING_LEFT)
})

test('what is under way ends when its session has expired, which nobody writes down', async () => {
  const cookie = await it.enter(it.owner)
  play = (_, response) => response.writeHead(200).write('x')
  const answer = await get(cookie)
  const end = text(answer)
  end.catch(() => undefined)
  await it.world.clock.advance(60_000)
  assert.equal(it.world.http.apps.size, 1, 'it lasts as long as its session')
  it.world.clock.skip(SESSION_MS)
  await it.world.clock.advance(20_000)
  await assert.rejects(end)
  await eventually(() => it.world.http.apps.size === 0, NOTHING_LEFT)
})
