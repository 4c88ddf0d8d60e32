// `skein secret set` at a real terminal, and from a pipe: what is typed is never seen, and reaches the server as it is.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { spawn } from 'node-pty'
import { eventually } from '../support/eventually.ts'
import { Laptop } from './laptop.ts'

const SECRET = 'hunter2-päss 🔑'
const soon = (what: string) => ({ timeoutMs: 30_000, what })

let laptop: Laptop
let address = ''
const set: { path: string; value: string }[] = []

async function take(request: IncomingMessage): Promise<object | undefined> {
  const body = await text(request)
  if (request.method !== 'PUT') return undefined
  const { value } = JSON.parse(body) as { value: string }
  set.push({ path: request.url ?? '', value })
  return { name: 'DB', isSecret: true }
}

const server = createServer((request, response) => {
  take(request).then(
    (answer) => {
      response.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' })
      response.end(JSON.stringify(answer ?? {}))
    },
    () => response.destroy(),
  )
})

before(async () => {
  laptop = new Laptop()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  address = `http://127.0.0.1:${(server.address() as { port: number }).port}`
})
after(() => {
  server.close()
  server.closeAllConnections()
  laptop.close()
})

const words = () => ['secret', 'set', 'DB', '--server', address]
const env = () => ({ ...laptop.env, SKEIN_TOKEN: 'skein_x', HOME: laptop.home })

/** Types the keys once the secret is asked for; all that was seen, and the status. */
async function atTerminal(keys: string): Promise<{ seen: string; status: number }> {
  let seen = ''
  let status: number | undefined
  // By a shell, so that the terminal's state after it can be asked for.
  const line = `"${laptop.node}" "${laptop.file}" ${words().join(' ')}; s=$?; stty -a; exit $s`
  const pty = spawn('sh', ['-c', line], { env: env(), cols: 200, rows: 30 })
  pty.onData((data) => {
    seen += data
  })
  pty.onExit(({ exitCode }) => {
    status = exitCode
  })
  await eventually(() => seen.includes('The secret'), soon(`the question: ${seen}`))
  pty.write(keys)
  await eventually(() => status !== undefined, soon('its end'))
  return { seen, status: status ?? -1 }
}

test('what is typed at a terminal is not seen, and the terminal echoes again afterwards', async () => {
  const { seen, status } = await atTerminal(`wrong\x15${SECRET}x\x7f\r`)
  assert.equal(status, 0, seen)
  assert.deepEqual(set.pop(), { path: '/api/v1/me/variables/DB', value: SECRET })
  assert.doesNotMatch(seen, /hunter2|wrong|päss/)
  assert.match(seen, /DB is set/)
  assert.match(seen, /[^-]echo\b/)
  assert.match(seen, /[^-]icanon\b/)
})

test('a key of many lines can be pasted, and Ctrl-C sets nothing', async () => {
  const key = '-----BEGIN KEY-----\nhunter2\n-----END KEY-----'
  const pasted = await atTerminal(`\x1b[200~${key.replaceAll('\n', '\r')}\x1b[201~\r`)
  assert.equal(pasted.status, 0, pasted.seen)
  assert.equal(set.pop()?.value, key)
  assert.doesNotMatch(pasted.seen, /hunter2/)
  const cancelled = await atTerminal('hunter2\x03')
  assert.equal(cancelled.status, 130, cancelled.seen)
  assert.doesNotMatch(cancelled.seen, /hunter2/)
  assert.match(cancelled.seen, /[^-]echo\b/)
  assert.equal(set.length, 0)
})

test('from a pipe it is taken whole, without the line break at its end', async () => {
  const ran = await laptop.skein(words(), { input: `${SECRET}\n`, env: { SKEIN_TOKEN: 'skein_x' } })
  assert.equal(ran.status, 0, ran.stderr)
  assert.equal(set.pop()?.value, SECRET)
  assert.equal(ran.stderr, '')
})
