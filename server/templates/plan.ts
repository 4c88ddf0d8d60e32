// What a change of a template, or of a space's values, would do: which containers and volumes would be made, made anew or
// left, told from what both sides render to. Pure. Nothing happens to a space before it starts or restarts.

import type { PlanItem } from '#protocol/api/plan.ts'
import type { RenderedContainer, RenderedSpace } from './rendered.ts'

export interface Planned {
  readonly containers: readonly PlanItem[]
  readonly volumes: readonly PlanItem[]
  readonly networks: readonly PlanItem[]
  /** Words of the head that differ: `startup`, `run`, `env` … */
  readonly settings: readonly string[]
}

/** From what a space runs, or nothing, to what it would run. */
export function planSpace(before: RenderedSpace | undefined, after: RenderedSpace): Planned {
  return {
    containers: planContainers(before, after),
    volumes: planVolumes(before, after),
    networks: [{ name: 'network', do: before === undefined ? 'create' : 'keep', changes: [] }],
    settings: before === undefined ? [] : changedKeys(settingsOf(before), settingsOf(after)),
  }
}

/** Whether a restart would make anything else than what is there. */
export const isChange = ({ containers, volumes, settings }: Planned): boolean =>
  settings.length > 0 || [...containers, ...volumes].some((item) => item.do !== 'keep')

function planContainers(before: RenderedSpace | undefined, after: RenderedSpace): PlanItem[] {
  const old = new Map(before?.containers.map((container) => [container.service, container]))
  const next = new Set(after.containers.map(({ service }) => service))
  const made = after.containers.map((container): PlanItem => {
    const { service: name } = container
    const was = old.get(name)
    if (was === undefined) return { name, do: 'create', changes: [] }
    const changes = changedKeys(wordsOf(was), wordsOf(container))
    return { name, do: changes.length === 0 ? 'keep' : 'replace', changes }
  })
  const gone = [...old.keys()].filter((name) => !next.has(name))
  return [...made, ...gone.map((name): PlanItem => ({ name, do: 'remove', changes: [] }))]
}

function planVolumes(before: RenderedSpace | undefined, after: RenderedSpace): PlanItem[] {
  const old = new Set(before?.volumes.map(({ name }) => name))
  const next = new Set(after.volumes.map(({ name }) => name))
  const made = after.volumes.map(
    ({ name }): PlanItem => ({ name, do: old.has(name) ? 'keep' : 'create', changes: [] }),
  )
  const left = [...old].filter((name) => !next.has(name))
  // Nobody's data goes with an edit: what is no longer mounted stays until the space is deleted.
  return [
    ...made,
    ...left.map((name): PlanItem => ({ name, do: 'keep', changes: ['not mounted'] })),
  ]
}

/** Compose's names for what a container is made of, where ours differ. */
const composeNames: Readonly<Record<string, string>> = {
  workingDir: 'working_dir',
  dependsOn: 'depends_on',
  memoryBytes: 'mem_limit',
  pids: 'pids_limit',
  shmBytes: 'shm_size',
  readOnly: 'read_only',
  stopGraceMs: 'stop_grace_period',
  stopSignal: 'stop_signal',
  extraHosts: 'extra_hosts',
  paths: 'volumes',
  reach: 'policy',
  dropped: 'cap_drop',
}

const wordsOf = (container: RenderedContainer): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(container).map(([key, value]) => [key, value === undefined ? null : value]),
  )

function settingsOf({ main, apps, startup, shutdown, run, shell, home, env }: RenderedSpace) {
  return { main, apps, startup, shutdown, run, shell, home, env }
}

/** The words whose values differ, sorted. Their values are not told: some are secrets. */
function changedKeys(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): string[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)])
  const changed = [...keys].filter(
    (key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]),
  )
  return [...new Set(changed.map((key) => composeNames[key] ?? key))].toSorted()
}
