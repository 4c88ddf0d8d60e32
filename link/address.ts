// The addresses of peers, as agents and other peers are given them: `unix:/path`, `http://host:port` or `https://host`.

import type { RequestOptions } from 'node:https'
import { SkeinError } from '#protocol/errors.ts'
import { LINK_PATH } from '#protocol/link.ts'

export interface Where {
  readonly secure: boolean
  readonly request: RequestOptions
}

/** Throws `bad_request` for what is none of the three forms. */
export function parseAddress(address: string): Where {
  if (address.startsWith('unix:/')) {
    return {
      secure: false,
      request: { socketPath: address.slice('unix:'.length), path: LINK_PATH, host: 'localhost' },
    }
  }
  const url = URL.parse(address)
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new SkeinError('bad_request', {
      reason: 'an address begins with unix:/, http: or https:',
    })
  }
  return {
    secure: url.protocol === 'https:',
    request: {
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port || undefined,
      path: url.pathname.replace(/\/$/, '') + LINK_PATH,
    },
  }
}
