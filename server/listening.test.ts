import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { startListening, urlOf } from './listening.ts'

test('an address in use is named with the setting that asked for it', async () => {
  const first = createServer()
  await startListening(first, { host: '127.0.0.1', port: 0 }, { address: '-', setting: 'listen' })
  const { hostname, port } = new URL(urlOf(first, 'http', '127.0.0.1'))
  assert.notEqual(port, '0')
  const named = { address: `${hostname}:${port}`, setting: 'ssh-listen' }
  await assert.rejects(
    startListening(createServer(), { host: hostname, port: Number(port) }, named),
    {
      code: 'port_in_use',
      details: named,
    },
  )
  first.close()
  await once(first, 'close')
})

test('an address that is not this machine’s is the setting’s fault', async () => {
  const named = { address: '192.0.2.1:0', setting: 'ssh-listen' }
  const started = startListening(createServer(), { host: '192.0.2.1', port: 0 }, named)
  await assert.rejects(started, ({ code, details }) => {
    assert.deepEqual([code, details.key], ['config_invalid', 'ssh-listen'])
    return true
  })
})

test('an address of IPv6 stands in brackets', () => {
  assert.equal(urlOf(createServer(), 'ssh', '::1'), 'ssh://[::1]:0')
})
