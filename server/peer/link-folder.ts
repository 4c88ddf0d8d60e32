// The folder in which all peers of one cluster on this machine put their sockets for agents, each under its id. Spaces mount
// the folder, so that an agent whose peer has died finds the others beside it, without any network.

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { PeerId } from '#protocol/ids.ts'
import type { Config } from '../config/settings.ts'
import { linkSocketPath, runFolder } from '../supervisor/child-state.ts'

const MACHINE_FOLDER = '/run/skein'

export interface LinkSockets {
  /** What spaces mount, as this machine names it. */
  readonly folder: string
  /** Where this peer listens for agents, the folder's first. */
  readonly paths: readonly string[]
}

/** The second socket is where agents look that were started before there was a folder of the machine's. */
export function linkSockets(
  config: Pick<Config, 'data' | 'linkFolder'>,
  cluster: string,
  peer: PeerId,
): LinkSockets {
  const folder =
    config.linkFolder ?? machineFolder(cluster) ?? join(runFolder(config.data), 'links')
  return { folder, paths: [join(folder, `${peer}.sock`), linkSocketPath(config.data).socket] }
}

/** Undefined for whoever may not write there: only root may, and not everywhere. */
function machineFolder(cluster: string): string | undefined {
  const folder = join(MACHINE_FOLDER, cluster)
  try {
    mkdirSync(folder, { recursive: true })
    return folder
  } catch {
    return undefined
  }
}
