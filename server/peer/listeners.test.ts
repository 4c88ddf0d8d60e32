import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { type IncomingMessage, type RequestListener, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { text } from 'node:stream/consumers'
import { after, test } from 'node:test'
import { SkeinError } from '#protocol/errors.ts'
import { type ListenersOptions, openListeners } from './listeners.ts'

const folder = mkdtempSync(join(tmpdir(), 'skein-listen-'))
after(() => rmSync(folder, { recursive: true }))

const SOON_MS = 50
const LATE_MS = 10_000

function options(
  answer: RequestListener,
  change: Partial<ListenersOptions> = {},
): ListenersOptions {
  return {
    listen: { host: '127.0.0.1', port: 0 },
    socketPaths: [join(folder, 'link', 'link.sock')],
    request: answer,
    upgrade: (_, socket) => socket.end(switched('people')),
    linkUpgrade: (_, socket) => socket.end(switched('link')),
    ...change,
  }
}

const switched = (to: string) =>
  `HTTP/1.1 101 ${to}\r\nConnection: upgrade\r\nUpgrade: skein-link/1\r\n\r\n`

const isCode = (code: string) => (error: unknown) =>
  error instanceof SkeinError && error.code === code

test('people are served over TCP, and over the socket only links', async () => {
  const listeners = await openListeners(options((_, response) => response.end('page')))
  assert.equal(await (await fetch(listeners.url)).text(), 'page')
  const socketPath = join(folder, 'link', 'link.sock')
  const plain = request({ socketPath }).end()
  const [answer] = (await once(plain, 'response')) as [IncomingMessage]
  assert.equal(answer.statusCode, 404)
  answer.resume()
  const headers = { connection: 'upgrade', upgrade: 'skein-link/1' }
  const upgrading = request({ socketPath, headers }).end()
  const [upgraded, socket] = (await once(upgrading, 'upgrade')) as [IncomingMessage, Duplex]
  assert.equal(upgraded.statusMessage, 'link')
  socket.destroy()
  await listeners.close(SOON_MS)
})

test('an offer of a protocol that is not ours changes nothing about the answer', async () => {
  const listeners = await openListeners(
    options((asked, response) => {
      text(asked).then(
        (body) => response.end(`page ${body}`),
        () => response.destroy(),
      )
    }),
  )
  const ask = async (upgrade: string, body?: string) => {
    const headers = {
      connection: 'upgrade',
      upgrade,
      ...(body && { 'content-length': body.length }),
    }
    const asked = request(listeners.url, { method: body ? 'POST' : 'GET', headers }).end(body)
    const [answer] = (await once(asked, 'response')) as [IncomingMessage]
    return await text(answer)
  }
  assert.equal(await ask('h2c'), 'page ')
  assert.equal(await ask('h2c', 'body'), 'page body')
  assert.equal(await ask('websocket', 'body'), 'page body')
  await listeners.close(SOON_MS)
})

test('every user of a container may reach the socket, and a dead peer’s socket is replaced', async () => {
  const first = options((_, response) => response.end())
  await (await openListeners(first)).close(SOON_MS)
  const listeners = await openListeners(first)
  assert.equal(statSync(join(folder, 'link', 'link.sock')).mode & 0o777, 0o666)
  await listeners.close(SOON_MS)
})

test('an address in use is refused as such', async () => {
  const listeners = await openListeners(options((_, response) => response.end()))
  const listen = { host: '127.0.0.1', port: Number(new URL(listeners.url).port) }
  await assert.rejects(openListeners(options(() => {}, { listen })), isCode('port_in_use'))
  await listeners.close(SOON_MS)
})

test('an address that is not this machine’s, or a path too long for a socket, is the configuration’s fault', async () => {
  const listen = { host: '192.0.2.1', port: 0 }
  await assert.rejects(openListeners(options(() => {}, { listen })), isCode('config_invalid'))
  const socketPaths = [join(folder, 'x'.repeat(100), 'link.sock')]
  await assert.rejects(openListeners(options(() => {}, { socketPaths })), isCode('config_invalid'))
})

test('closing waits for what is being answered', async () => {
  let finish = () => {}
  const asked = Promise.withResolvers<void>()
  const listeners = await openListeners(
    options((_, response) => {
      finish = () => response.end('whole')
      asked.resolve()
    }),
  )
  const answer = fetch(listeners.url)
  await asked.promise
  const closed = listeners.close(LATE_MS)
  finish()
  assert.equal(await (await answer).text(), 'whole')
  await closed
})

test('closing ends what takes too long', async () => {
  const asked = Promise.withResolvers<void>()
  const listeners = await openListeners(options(() => asked.resolve()))
  const answer = fetch(listeners.url)
  answer.catch(() => {})
  await asked.promise
  await listeners.close(SOON_MS)
  await assert.rejects(answer)
})
