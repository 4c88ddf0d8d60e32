// `skein spaces`: what there is, and one of it.

import { print } from '../output.ts'
import { type RemoteSpace, spacesSchema } from './answers.ts'
import { columns } from './columns.ts'
import { findSpace } from './find-space.ts'
import type { Remote } from './remote.ts'

export async function listSpaces(remote: Remote): Promise<number> {
  const answer = await remote.call('GET /spaces', { answer: spacesSchema })
  print(remote.asJson, answer, () => {
    if (answer.spaces.length === 0)
      return 'No spaces yet. Make one: skein spaces create NAME --template TEMPLATE'
    const rows = answer.spaces.map(({ name, state, owner, template, reason }) => [
      name,
      state,
      owner.name,
      `${template.name} v${template.version}`,
      reason,
    ])
    return columns([['NAME', 'STATE', 'OWNER', 'TEMPLATE', 'REASON'], ...rows])
  })
  return 0
}

export async function showSpace(remote: Remote, name: string): Promise<number> {
  const space = await findSpace(remote, name)
  print(remote.asJson, space, () => describe(space))
  return 0
}

export function describe(space: RemoteSpace): string {
  const { name, owner, state, reason, since, template, ports, failure } = space
  const rows = [
    ['name', name],
    ['id', space.id],
    ['owner', owner.name],
    ['state', `${state}, since ${since}`],
    ['reason', reason],
    ['template', `${template.name}, version ${template.version}`],
    ['ports', ports.map(({ port, process = '' }) => `${port} ${process}`.trim()).join(', ') || '-'],
  ]
  if (failure) rows.push(['failure', `${failure.code}: ${failure.message}`], ['', failure.hint])
  return columns(rows)
}
