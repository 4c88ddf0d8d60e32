// Who may act on a host, while only one peer can reach its engine: this process does, until it closes. A lease with
// a fencing epoch takes this file's place without any caller noticing.

import { SkeinError } from '#protocol/errors.ts'
import type { HostId } from '#protocol/ids.ts'
import type { Hosts, Owner } from './owner.ts'

export interface LocalHosts extends Hosts {
  /** Ends every ownership: calls in flight are aborted, later ones refused. */
  close(): void
}

export function createHosts(): LocalHosts {
  const ended = new AbortController()
  const gone = () => new SkeinError('unavailable', { reason: 'no longer driving this host' })
  return {
    async act<T>(hostId: HostId, work: (owner: Owner) => Promise<T>): Promise<T> {
      if (ended.signal.aborted) throw gone()
      return await work({
        hostId,
        epoch: 1,
        signal: ended.signal,
        assertValid() {
          if (ended.signal.aborted) throw gone()
        },
      })
    },
    close: () => ended.abort(gone()),
  }
}
