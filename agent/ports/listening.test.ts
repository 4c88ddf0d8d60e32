import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { type ListeningPorts, ListeningWatch } from './listening.ts'

/** One listener on 127.0.0.1:8080, as the kernel writes it. */
const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0000000000000000 100 0 0 10 0
`

test('a port that opens and closes is reported with the process that holds it, and then no more', async () => {
  const reports: ListeningPorts[] = []
  const watch = new ListeningWatch((ports) => reports.push(ports))
  const server = createServer().listen(0, '127.0.0.1')
  try {
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    const holders = () => reports.at(-1)?.filter((listener) => listener.port === port) ?? []
    await watch.look()
    const [own, ...more] = holders()
    assert.deepEqual([own?.address, more.length], ['127.0.0.1', 0])
    assert.match(own?.process ?? '', /^(node|MainThread)/)
    server.close()
    await once(server, 'close')
    await watch.look()
    assert.deepEqual(holders(), [])
  } finally {
    server.close()
  }
})

test('what is as it was is not reported again', async () => {
  let count = 0
  const watch = new ListeningWatch(
    () => count++,
    async (path) => (path === '/proc/net/tcp' ? TABLE : ''),
  )
  for (let look = 0; look < 3; look++) await watch.look()
  assert.equal(count, 1)
})

test('a kernel without IPv6 is no failure', async () => {
  const watch = new ListeningWatch(
    () => undefined,
    () => Promise.reject(new Error('ENOENT')),
  )
  await watch.look()
  assert.deepEqual(watch.ports, [])
})
