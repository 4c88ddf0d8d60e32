// Servers on two addresses of this machine: what one does not answer, the other does.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { WebSocketServer } from 'ws'
import { z } from 'zod'
import { eventually } from '../../tests/support/eventually.ts'
import { sendAnywhere } from './call.ts'
import { openAnywhere } from './race.ts'
import { Ways } from './ways.ts'

const servers: Server[] = []
after(() => {
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
})

type Answer = (request: IncomingMessage, response: ServerResponse) => void

async function peer(answer: Answer): Promise<{ url: string; server: Server }> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server }
}

/** An address at which nothing listens. */
async function gone(): Promise<string> {
  const { url, server } = await peer(() => undefined)
  server.close()
  await once(server, 'close')
  return url
}

const says =
  (status: number, body: object): Answer =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }

const refuses = (status: number, code: string) =>
  says(status, { error: { code, message: '', hint: '', details: {} } })

const call = { method: 'POST', path: '/x', body: {}, answer: z.object({ at: z.string() }) } as const

test('a call goes to the next peer when its server is gone or drains, with the same key', async () => {
  const keys: unknown[] = []
  const draining = await peer((request, response) => {
    keys.push(request.headers['idempotency-key'])
    refuses(503, 'unavailable')(request, response)
  })
  const south = await peer((request, response) => {
    keys.push(request.headers['idempotency-key'])
    assert.equal(request.headers.authorization, 'Bearer t')
    says(200, { at: 'south' })(request, response)
  })
  const ways = new Ways({ origin: await gone(), token: 't' }, [draining, south])
  assert.deepEqual(await sendAnywhere(ways, call), { at: 'south' })
  assert.equal(keys.length, 2)
  assert.equal(keys[0], keys[1])
  // It is asked first from now on.
  assert.deepEqual(await sendAnywhere(ways, call), { at: 'south' })
  assert.equal(keys.length, 3)
})

test('what another peer says of the login is not believed, and what it says of a space is', async () => {
  const home = await gone()
  const stranger = await peer(refuses(401, 'token_wrong'))
  const impatient = { ...call, patient: false }
  await assert.rejects(sendAnywhere(new Ways({ origin: home }, [stranger]), impatient), {
    code: 'server_unreachable',
  })
  const south = await peer(refuses(404, 'not_found'))
  const ways = new Ways({ origin: home }, [stranger, south])
  await assert.rejects(sendAnywhere(ways, impatient), { code: 'not_found' })
})

async function socketPeer(): Promise<{ url: string; close(code: number): void }> {
  const { url, server } = await peer(refuses(404, 'not_found'))
  const sockets = new WebSocketServer({ server })
  return {
    url,
    close: (code) => {
      for (const socket of sockets.clients) socket.close(code)
    },
  }
}

test('a socket is opened at the next peer when the first is gone, and elsewhere after a drain', async () => {
  const [south, east] = [await socketPeer(), await socketPeer()]
  const ways = new Ways({ origin: await gone() }, [south, east])
  const socket = await openAnywhere(ways, '/x')
  assert.equal(ways.order[0]?.origin, south.url)
  socket.resume()
  south.close(1012)
  const isLast = () => ways.order.at(-1)?.origin === south.url
  await eventually(isLast, { timeoutMs: 5000, what: 'the drain to be heeded' })
  const again = await openAnywhere(ways, '/x')
  assert.equal(ways.order[0]?.origin, east.url)
  again.terminate()
})

test('an address that takes a connection and says nothing is not waited for', async () => {
  // Its upgrade is never answered.
  const mute = await peer(() => undefined)
  mute.server.on('upgrade', () => undefined)
  const south = await socketPeer()
  const beganMs = performance.now()
  const socket = await openAnywhere(new Ways({ origin: mute.url }, [south]), '/x')
  assert.ok(performance.now() - beganMs < 10_000, 'the time that one alone would get is 15 s')
  socket.terminate()
})

test('when nobody answers, what the server of the login said is told', async () => {
  const home = await gone()
  const ways = new Ways({ origin: home }, [{ url: await gone() }])
  await assert.rejects(openAnywhere(ways, '/x'), {
    code: 'server_unreachable',
    details: {
      server: home,
      reason: 'nothing listens there',
    },
  })
})
