import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MAX_LISTENERS, parseTable, pickListeners } from './table.ts'

const HEAD =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n'

function line(local: string, state: string, inode: number): string {
  return `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000  1000        0 ${inode} 1 0000000000000000 100 0 0 10 0\n`
}

test('listening sockets are read with their address, port and inode', () => {
  const text =
    HEAD +
    line('0100007F:1F90', '0A', 11) +
    line('00000000:0016', '0A', 12) +
    line('0100007F:1F90', '01', 13)
  assert.deepEqual(parseTable(text), [
    { port: 8080, address: '127.0.0.1', inode: '11' },
    { port: 22, address: '0.0.0.0', inode: '12' },
  ])
})

test('addresses of IPv6 are written as people write them', () => {
  const addresses = [
    '00000000000000000000000000000000',
    '00000000000000000000000001000000',
    '0000000000000000FFFF00000100007F',
    'B80D0120000000000000000001000000',
    '000080FE00000000000000000100EE0F',
  ].map((hex, inode) => line(`${hex}:0050`, '0A', inode))
  assert.deepEqual(
    parseTable(addresses.join('')).map(({ address }) => address),
    ['::', '::1', '127.0.0.1', '2001:db8::1', 'fe80::fee:1'],
  )
})

test('nonsense is skipped', () => {
  assert.deepEqual(parseTable('\n\nx y z\n 0: zz:zz 0 0A 0 0 0 0 0 1\n: : : 0A : : : : : :'), [])
})

test('a port is shown once, as the address that reaches furthest', () => {
  const listeners = [
    { port: 80, address: '127.0.0.1', inode: '1' },
    { port: 80, address: '::', inode: '2' },
    { port: 22, address: '::1', inode: '3' },
    { port: 22, address: '127.0.0.1', inode: '4' },
    { port: 41_000, address: '127.0.0.11', inode: '5' },
  ]
  assert.deepEqual(
    pickListeners(listeners).map(({ port, address }) => `${port} ${address}`),
    ['22 ::1', '80 ::'],
  )
})

test('ten thousand listening ports are cut to what a report may carry', () => {
  const many = Array.from({ length: 10_000 }, (_, i) => ({
    port: i + 1,
    address: '::',
    inode: `${i}`,
  }))
  assert.equal(pickListeners(many).length, MAX_LISTENERS)
})
