// The names of the variables and secrets that whoever edits may list, for the editor to offer: names alone, of values it
// learns nothing.

import { useQueries } from '@tanstack/react-query'
import { useTopics } from '../api/client.ts'
import { useGroups } from '../api/people.ts'
import { can, useMe } from '../api/session.ts'
import { type Scope, variablesQuery } from '../api/variables.ts'

/** Of so many groups at most, each being a request of its own. */
const MAX_GROUPS = 20

/** As they are written in a template: `var.REGION`, `secret.TOKEN`. */
export function useStoredNames(templateId: string | undefined): readonly string[] {
  const me = useMe()
  const seesServer = can(me, 'variable.list')
  const seesGroups = can(me, 'variable.listGroup')
  const groups = useGroups(seesGroups).data ?? []
  const scopes: readonly Scope[] = [
    ...(seesServer ? ([''] as const) : []),
    ...(seesServer && templateId !== undefined ? [`/templates/${templateId}` as const] : []),
    ...groups.slice(0, MAX_GROUPS).map(({ id }): Scope => `/groups/${id}`),
    '/me',
  ]
  useTopics('variables', 'group-variables')
  const lists = useQueries({ queries: scopes.map(variablesQuery) })
  const names = lists
    .flatMap(({ data }) => data ?? [])
    .map(({ name, isSecret }) => `${isSecret ? 'secret' : 'var'}.${name}`)
  return [...new Set(names)].sort()
}
