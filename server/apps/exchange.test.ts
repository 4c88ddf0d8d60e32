import assert from 'node:assert/strict'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { AppWorld } from '../../tests/support/http/app-world.ts'

test('a large answer of chunks is whole when its end comes with its last bytes', async (t) => {
  let body = Buffer.alloc(0)
  const it = await AppWorld.open((_, response) => {
    response.write(body)
    response.end()
  })
  t.after(() => it.close())
  const headers = { host: `${it.host}:${it.port}`, cookie: await it.enter(it.owner) }
  for (const bytes of [40_000, 70_000, 300_000, 2_000_000]) {
    body = Buffer.from(Array.from({ length: bytes }, (_, i) => i % 251))
    for (let i = 0; i < 5; i++) {
      const asked = get({ host: '127.0.0.1', port: it.port, headers })
      const [response] = (await once(asked, 'response')) as [IncomingMessage]
      assert.ok((await buffer(response)).equals(body), `${bytes} bytes`)
    }
  }
})
