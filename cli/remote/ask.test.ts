// What a command asks and reads is what the API's table has. Each `@ts-expect-error` is a mistake that the compiler must
// find; where it does not, the compiler fails here.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { z } from 'zod'
import { callServer } from './ask.ts'

const users = z.object({ users: z.array(z.looseObject({ username: z.string() })) })

test('a command sends what the table says and reads what it needs of the answer', async () => {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    response.end(JSON.stringify({ users: [{ username: 'ada', id: '1' }] }))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert.ok(address && typeof address === 'object')
  try {
    const access = { origin: `http://127.0.0.1:${address.port}` }
    const wanted = { query: { limit: 1 }, answer: users, patient: false }
    const answer = await callServer(access, 'GET /users', wanted)
    assert.deepEqual(answer, { users: [{ username: 'ada', id: '1' }] })
    assert.deepEqual(asked, ['GET /api/v1/users?limit=1'])
  } finally {
    server.close()
    server.closeAllConnections()
  }
})

/** Compiled, never run. */
export async function wrongAsks(): Promise<void> {
  const access = { origin: '' }
  const params = { id: '' }
  const names = z.object({ users: z.array(z.object({ username: z.number() })) })
  // @ts-expect-error: a user's name is text
  await callServer(access, 'GET /users', { answer: names })
  // @ts-expect-error: nobody answers that
  await callServer(access, 'GET /users', { answer: z.object({ people: z.array(z.unknown()) }) })
  // @ts-expect-error: there is nothing to read
  await callServer(access, 'DELETE /users/:id', { params, answer: users })
  // @ts-expect-error: a parameter is missing
  await callServer(access, 'GET /users/:id', { answer: z.unknown() })
  // @ts-expect-error: there is no such address
  await callServer(access, 'GET /user', { answer: z.unknown() })
  // @ts-expect-error: bytes are no JSON
  await callServer(access, 'GET /spaces/:id/files/tar', { params, answer: z.unknown() })
}
