// Names that exist in one test process only: `*.test` is this machine, and certificates of the test's authority
// are good. So everything that a test uses otherwise (fetch, WebSockets, an agent's dial) goes by HTTPS as it is.

import dns from 'node:dns'
import { mock } from 'node:test'
import tls from 'node:tls'

export const PUBLIC_NAME = 'skein.example.test'
export const APPS_DOMAIN = 'apps.example.test'
/** The same for Chromium. */
export const HOST_RULES = 'MAP *.example.test 127.0.0.1'

type Found = (error: Error | null, address: string | dns.LookupAddress[], family?: number) => void

/** For the rest of this process. */
export function resolveTestNames(): void {
  const lookup = dns.lookup
  const answer = (name: string, options: dns.LookupOptions, found: Found): void => {
    if (!name.endsWith('.test')) {
      lookup(name, options, found)
    } else if (options.all) {
      found(null, [{ address: '127.0.0.1', family: 4 }])
    } else {
      found(null, '127.0.0.1', 4)
    }
  }
  mock.method(dns, 'lookup', answer as unknown as typeof dns.lookup)
}

/** Beside those that Node trusts, for the rest of this process. */
export function trust(...authorities: readonly string[]): void {
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), ...authorities])
}
