// Who may act on a host's engine. At first a lock in this process, later a lease with a fencing epoch.

import type { HostId } from '#protocol/ids.ts'

/** Goes into every engine call: a call by one who lost the host is refused before it is made. */
export interface Owner {
  readonly hostId: HostId
  readonly epoch: number
  readonly signal: AbortSignal
  /** Throws when ownership has ended. */
  assertValid(): void
}

export interface Hosts {
  /** Runs `work` as the host's owner. Rejects with `unavailable` when another owns it. */
  act<T>(hostId: HostId, work: (owner: Owner) => Promise<T>): Promise<T>
}
