// The address that rate limits and the audit see. X-Forwarded-For is whatever a client likes to write, except for
// the part that our own proxies added.

import { BlockList, isIP } from 'node:net'
import type { HttpConfig } from './ports.ts'

/** What a request over the unix socket or inside a test comes from. */
export const LOCAL_ADDRESS = 'local'

/** Walks from the socket outwards for as long as each hop is a trusted proxy. */
export class ClientAddress {
  readonly #trusted = new BlockList()

  constructor({ trustedProxies }: Pick<HttpConfig, 'trustedProxies'>) {
    for (const range of trustedProxies) {
      const [address = '', bits] = range.split('/')
      const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
      if (bits === undefined) this.#trusted.addAddress(address, family)
      else this.#trusted.addSubnet(address, Number(bits), family)
    }
  }

  of(socketAddress: string | undefined, forwardedFor: string | undefined): string {
    // Asking the list costs as much as the rest of a small request to an app.
    if (forwardedFor === undefined && socketAddress !== undefined) return plain(socketAddress)
    const hops = (forwardedFor ?? '').split(',').map((hop) => plain(hop.trim()))
    let address = socketAddress === undefined ? LOCAL_ADDRESS : plain(socketAddress)
    while (hops.length > 0 && this.#isTrusted(address)) {
      const next = hops.pop() ?? ''
      if (isIP(next) === 0) break
      address = next
    }
    return address
  }

  /** Whether what it says of a request is believed. */
  trusts(socketAddress: string | undefined): boolean {
    return socketAddress !== undefined && this.#isTrusted(plain(socketAddress))
  }

  #isTrusted(address: string): boolean {
    const version = isIP(address)
    return version !== 0 && this.#trusted.check(address, version === 6 ? 'ipv6' : 'ipv4')
  }
}

/** IPv4 written as IPv6, as a dual-stack socket shows it, is IPv4. */
const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '')
