// What Skein's objects are called on an engine. The names are made from ids alone, so that a second creation of
// the same thing collides with the first instead of doubling it, and the labels say everything that adoption needs:
// a peer that lost its memory finds its containers by them.

export const labels = {
  /** Two clusters on one engine never touch each other's objects: every list and event filters on this one. */
  cluster: 'dev.skein.cluster',
  space: 'dev.skein.space',
  epoch: 'dev.skein.epoch',
  generation: 'dev.skein.generation',
  /** The template version. */
  version: 'dev.skein.version',
  service: 'dev.skein.service',
  /** Of a main container: which version of the agent it mounts. */
  agent: 'dev.skein.agent',
  /** The template's name of a volume. */
  volume: 'dev.skein.volume',
} as const

/** No label of a template may begin so. */
export const LABEL_PREFIX = 'dev.skein.'

export const containerName = (spaceId: string, service: string): string =>
  `skein-${spaceId}-${service}`

export const networkName = (spaceId: string): string => `skein-${spaceId}`

export const volumeName = (spaceId: string, volume: string): string => `skein-${spaceId}-${volume}`

export const agentVolumeName = (version: string): string => `skein-agent-${version}`
