// What a test run that was killed leaves in the engine: containers, networks and volumes with the label `skein.test`,
// whose value is the process that made them. Those of a process that still lives are another run's, and stay.

import { existsSync } from 'node:fs'
import { ask } from './engine.js'
import { note } from './say.js'

/** Set on everything that a test makes in the engine; the value is the pid of the test process. */
export const TEST_LABEL = 'skein.test'

export async function removeLeftovers() {
  const filters = encodeURIComponent(JSON.stringify({ label: [TEST_LABEL] }))
  const containers = await list(`/containers/json?all=1&filters=${filters}`)
  for (const { Id } of containers) await remove(`/containers/${Id}?force=1&v=1`)
  const networks = await list(`/networks?filters=${filters}`)
  for (const { Id } of networks) await remove(`/networks/${Id}`)
  const volumes = (await list(`/volumes?filters=${filters}`, 'Volumes')) ?? []
  for (const { Name } of volumes) await remove(`/volumes/${encodeURIComponent(Name)}?force=1`)
  const count = containers.length + networks.length + volumes.length
  if (count > 0) note(`removed ${count} things that an earlier test run left in the engine`)
}

async function list(path, field) {
  const body = JSON.parse((await ask('GET', path)).text)
  const things = (field === undefined ? body : body[field]) ?? []
  return things.filter((thing) => isLeftover(thing.Labels ?? {}))
}

/** True for what a dead process made. A reused number keeps the thing until the next run, which is harmless. */
export function isLeftover(labels, isAlive = (pid) => existsSync(`/proc/${pid}`)) {
  const pid = labels[TEST_LABEL]
  return pid !== undefined && !(/^\d+$/.test(pid) && isAlive(pid))
}

async function remove(path) {
  await ask('DELETE', path)
}
