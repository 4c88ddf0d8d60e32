import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { allocateSubnet, gatewayOf, parseSubnet, type Range } from './subnets.ts'

const ranges = (...subnets: string[]): Range[] =>
  subnets.map((subnet) => parseSubnet(subnet) ?? assert.fail(subnet))

describe('allocateSubnet', () => {
  const cases: [string, string, string[], string | undefined][] = [
    ['an empty pool gives its first', '10.213.0.0/16', [], '10.213.0.0/28'],
    ['a taken one is skipped', '10.213.0.0/16', ['10.213.0.0/28'], '10.213.0.16/28'],
    ['a gap is used', '10.213.0.0/16', ['10.213.0.0/28', '10.213.0.32/28'], '10.213.0.16/28'],
    ['a larger neighbour is skipped whole', '10.213.0.0/16', ['10.213.0.0/24'], '10.213.1.0/28'],
    ['a smaller one blocks its /28', '10.213.0.0/16', ['10.213.0.8/30'], '10.213.0.16/28'],
    ['nested ranges do no harm', '10.0.0.0/8', ['10.0.0.0/16', '10.0.4.0/28'], '10.1.0.0/28'],
    ['a route over the pool leaves none', '10.213.0.0/16', ['10.0.0.0/8'], undefined],
    ['a full pool leaves none', '10.9.0.0/27', ['10.9.0.0/28', '10.9.0.16/28'], undefined],
    ['a pool smaller than /28 has none', '10.9.0.0/29', [], undefined],
    ['what is elsewhere does not count', '10.9.0.0/27', ['192.168.0.0/16'], '10.9.0.0/28'],
    ['the top of the address space works', '255.255.255.240/28', [], '255.255.255.240/28'],
    ['no network at all has none', 'ten', [], undefined],
  ]
  for (const [name, pool, taken, expected] of cases) {
    it(name, () => assert.equal(allocateSubnet(pool, ranges(...taken)), expected))
  }

  it('hands out all 4096 of a /16 without an overlap', () => {
    const taken: Range[] = []
    for (let next = allocateSubnet('10.213.0.0/16', taken); next !== undefined; ) {
      taken.push(...ranges(next))
      next = allocateSubnet('10.213.0.0/16', taken)
    }
    assert.equal(new Set(taken.map((range) => range.first)).size, 4096)
  })
})

describe('parseSubnet', () => {
  for (const text of ['', '10.0.0.0', '10.0.0.256/24', '10.0.0.0/33', '::/0', '1.2.3.4/24 ']) {
    it(`refuses “${text}”`, () => assert.equal(parseSubnet(text), undefined))
  }
  it('takes an address inside the network for the network', () => {
    assert.deepEqual(parseSubnet('10.0.0.77/24'), parseSubnet('10.0.0.0/24'))
  })
})

it('the gateway is the first host address', () => {
  assert.equal(gatewayOf('10.213.4.16/28'), '10.213.4.17')
})
