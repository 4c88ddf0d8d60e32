import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ClientAddress } from './address.ts'

const address = new ClientAddress({ trustedProxies: ['10.0.0.0/8', '192.168.1.7', 'fd00::/8'] })

const cases: [string, string | undefined, string | undefined, string][] = [
  ['a stranger’s header is not believed', '8.8.8.8', '1.2.3.4', '8.8.8.8'],
  ['a proxy’s is', '10.0.0.1', '1.2.3.4', '1.2.3.4'],
  ['only as far as proxies go', '10.0.0.1', '6.6.6.6, 1.2.3.4, 10.0.0.2', '1.2.3.4'],
  ['a proxy without the header is itself', '192.168.1.7', undefined, '192.168.1.7'],
  ['IPv4 in an IPv6 socket is IPv4', '::ffff:10.0.0.1', '::ffff:1.2.3.4', '1.2.3.4'],
  ['IPv6 proxies count', 'fd00::1', '2001:db8::1', '2001:db8::1'],
  ['rubbish is not an address', '10.0.0.1', '1.2.3.4, <script>', '10.0.0.1'],
  ['a unix socket has none', undefined, '1.2.3.4', 'local'],
]
for (const [what, socket, header, expected] of cases) {
  test(`the client’s address: ${what}`, () => {
    assert.equal(address.of(socket, header), expected)
  })
}
