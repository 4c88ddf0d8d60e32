import assert from 'node:assert/strict'
import { test } from 'node:test'
import { agentAddresses, engineAddress } from './addresses.ts'

const loopback = { host: '127.0.0.1', port: 7534 }
const everywhere = { host: '0.0.0.0', port: 7534 }
const local = 'unix:///var/run/docker.sock'
const config = { docker: local, listen: loopback, publicUrl: undefined, agentAddresses: [] }

test('an agent beside a peer on loopback has the socket only', () => {
  const addresses = agentAddresses(config, 7534, '10.213.0.1')
  assert.deepEqual(addresses, ['unix:/.skein-run/*.sock'])
})

test('a peer that listens everywhere is also behind the gateway of the space’s network', () => {
  const addresses = agentAddresses({ ...config, listen: everywhere }, 7534, '10.213.0.1')
  assert.deepEqual(addresses, ['unix:/.skein-run/*.sock', 'http://10.213.0.1:7534'])
})

test('an agent on another machine’s engine has the published addresses only', () => {
  const remote = {
    docker: 'tcp://docker.lan:2375',
    listen: everywhere,
    publicUrl: 'https://skein.lan',
    agentAddresses: ['http://10.0.0.5:7534'],
  }
  const addresses = agentAddresses(remote, 7534, '10.213.0.1')
  assert.deepEqual(addresses, ['https://skein.lan', 'http://10.0.0.5:7534'])
})

test('an engine is a socket, a host with a port, or a way by ssh', () => {
  assert.deepEqual(engineAddress(local), { socketPath: '/var/run/docker.sock' })
  assert.deepEqual(engineAddress('tcp://docker.lan'), { host: 'docker.lan', port: 2375 })
  assert.deepEqual(engineAddress('tcp://[fd00::1]:9'), { host: 'fd00::1', port: 9 })
  const tls = { ca: 'a', cert: 'b', key: 'c' }
  assert.deepEqual(engineAddress('tcp://far', tls), { host: 'far', port: 2376, tls })
  assert.deepEqual(engineAddress('ssh://ops@far:2200'), {
    ssh: { host: 'far', port: 2200, user: 'ops' },
  })
})
