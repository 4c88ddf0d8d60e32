// Where a new space will most likely go, and why, as far as the page can know. Pure.

import type { Host } from '#protocol/api/hosts.ts'
import { words } from '../words.ts'

export function placement(hosts: readonly Host[] | undefined): {
  readonly name?: string
  readonly note: string
} {
  const { newSpace } = words
  if (!hosts) return { note: newSpace.hostLater }
  const ready = hosts.filter((host) => host.state === 'ready')
  const [best] = [...ready].sort((a, b) => a.spaces - b.spaces)
  if (!best) return { note: newSpace.noHost }
  return {
    name: best.name,
    note: ready.length === 1 ? newSpace.onlyHost : newSpace.leastBusy(best.spaces),
  }
}
