// How the page tells where a new space will go. Pure: the server decides, and says why.

import type { PlacementPreview } from '#protocol/api/hosts.ts'
import { words } from '../words.ts'

/** The option that leaves the choice to the server. */
export const ANY_HOST = ''

export interface HostOption {
  readonly value: string
  readonly label: string
}

/** By name. Empty where there is nothing to choose: one host, or none that could take it. */
export function hostOptions(preview: PlacementPreview | undefined): readonly HostOption[] {
  const able = (preview?.hosts ?? []).filter(({ misfit }) => misfit === undefined)
  if (able.length < 2) return []
  const { bestHost, hostOption } = words.newSpace
  return [
    { value: ANY_HOST, label: bestHost },
    ...able
      .toSorted((a, b) => a.name.localeCompare(b.name))
      .map(({ id, name, zone, isReady, missing }) => ({
        value: id,
        label: hostOption(name, zone, isReady, missing.length > 0),
      })),
  ]
}

export interface Told {
  readonly name?: string
  readonly note: string
  readonly isRefused: boolean
}

/** For the line of the preview: the host, and half a sentence why. */
export function placementText(preview: PlacementPreview | undefined, chosen: string): Told {
  const { newSpace } = words
  if (!preview) return { note: newSpace.hostLater, isRefused: false }
  const host = preview.hosts.find(({ id }) => id === chosen)
  if (host) return { name: host.name, note: newSpace.chosenHost(host.isReady), isRefused: false }
  if (preview.host) return { name: preview.host.name, note: preview.reason, isRefused: false }
  const tell = preview.isRefused ? newSpace.noHostFits : newSpace.noHost
  return { note: tell(preview.reason), isRefused: preview.isRefused }
}
