// A space's ports and apps as the API shows them: what listens, what is shared, who may open it and where. Pure.

import type { ListeningPort, Space, SpaceApp } from '#protocol/api/spaces.ts'
import type { HostName } from '../http/host.ts'
import type { HttpConfig } from '../http/ports.ts'
import type { LiveTopics } from '../live/live.ts'
import type { Row, View } from '../records/records.ts'
import { appUrl } from './domain.ts'
import { appLabel, appSlug } from './host.ts'
import { sharedPorts, showAccess } from './sharing.ts'

type Reported = LiveTopics['ports']

/** What listens, then what is shared and does not, so that its sharing can be undone. */
export function showPorts(
  records: View,
  row: Row<'space'>,
  reported: Reported | undefined,
): ListeningPort[] {
  const listening = new Set(reported?.map(({ port }) => port))
  const silent = sharedPorts(row).filter((port) => !listening.has(port))
  return [
    ...(reported ?? []).map((it) => ({ ...it, ...showAccess(records, row, it.port) })),
    ...silent.map((port) => ({
      port,
      address: '',
      listening: false,
      ...showAccess(records, row, port),
    })),
  ]
}

/** An app is up when its port listens; while no agent reports, nobody knows. */
export function showApps(
  records: View,
  row: Row<'space'>,
  apps: readonly SpaceApp[],
  reported: Reported | undefined,
): SpaceApp[] {
  return apps.map((app) => ({
    ...app,
    ...showAccess(records, row, app.port),
    ...(reported && { health: reported.some(({ port }) => port === app.port) ? 'up' : 'down' }),
  }))
}

/** The same space with the addresses by which someone who came as `visited` opens its ports and apps. */
export function withUrls(space: Space, config: HttpConfig, visited: HostName): Space {
  const urlOf = (target: string): string | undefined => {
    const label = appLabel(target, space.name, space.owner.name)
    return label && appUrl(config, visited, label)
  }
  const ports = space.ports.map((it) => withUrl(it, urlOf(String(it.port))))
  const taken = new Set<string>()
  const apps = space.apps.map((app) => {
    const slug = appSlug(app.name)
    const isFirst = slug !== undefined && !taken.has(slug)
    if (slug !== undefined) taken.add(slug)
    const url = (isFirst ? urlOf(slug) : undefined) ?? urlOf(String(app.port))
    return withUrl(app, url && url + (app.path ?? ''))
  })
  return { ...space, ports, apps }
}

const withUrl = <T extends object>(it: T, url: string | undefined): T =>
  url === undefined ? it : { ...it, url }
