import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { type ListeningPorts, ListeningWatch } from './listening.ts'

test('a port that opens and closes is reported once each, with the process that holds it', async () => {
  const reports: ListeningPorts[] = []
  const watch = new ListeningWatch((ports) => reports.push(ports))
  await watch.look()
  const before = reports.length
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  await watch.look()
  await watch.look()
  assert.equal(reports.length, before + 1)
  const own = watch.ports.find((listener) => listener.port === port)
  assert.equal(own?.address, '127.0.0.1')
  assert.match(own?.process ?? '', /^(node|MainThread)/)
  server.close()
  await once(server, 'close')
  await watch.look()
  assert.ok(!watch.ports.some((listener) => listener.port === port))
})

test('a kernel without IPv6 is no failure', async () => {
  const watch = new ListeningWatch(
    () => undefined,
    () => Promise.reject(new Error('ENOENT')),
  )
  await watch.look()
  assert.deepEqual(watch.ports, [])
})
