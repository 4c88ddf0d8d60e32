import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseSubnet } from '../spaces/runtime/subnets.ts'
import { parseRoutes } from './routes.ts'

const HEADER = 'Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT\n'

test('routes are ranges, and the default route is none', () => {
  const table = `${HEADER}eth0 00000000 0100A8C0 0003 0 0 0 00000000 0 0 0
docker0 000011AC 00000000 0001 0 0 0 0000FFFF 0 0 0
br-1 0000D50A 00000000 0001 0 0 0 F0FFFFFF 0 0 0
`
  assert.deepEqual(parseRoutes(table), [parseSubnet('172.17.0.0/16'), parseSubnet('10.213.0.0/28')])
})

test('a machine without routes has none', () => {
  assert.deepEqual(parseRoutes(HEADER), [])
  assert.deepEqual(parseRoutes(''), [])
})
