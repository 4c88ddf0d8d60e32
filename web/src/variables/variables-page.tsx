// Variables of the server, of a template or of a group, and the registries. The address says which scope is shown.

import { getRouteApi } from '@tanstack/react-router'
import type { Me } from '#protocol/api/people.ts'
import { useGroups } from '../api/people.ts'
import { can, useMe } from '../api/session.ts'
import { useTemplates } from '../api/templates.ts'
import type { Scope } from '../api/variables.ts'
import { Field } from '../parts/field.tsx'
import { Page, Section } from '../parts/page.tsx'
import { Select } from '../parts/select.tsx'
import { words } from '../words.ts'
import { RegistryList } from './registry-list.tsx'
import { VariableList } from './variable-list.tsx'

const text = words.variables
const route = getRouteApi('/frame/variables')

export function VariablesPage() {
  const me = useMe()
  const options = useScopes(me)
  const { of } = route.useSearch()
  const navigate = route.useNavigate()
  const shown = options.find(({ value }) => value === of) ?? options[0]
  const may = can(me, shown?.value.startsWith('/groups/') ? 'variable.setGroup' : 'variable.set')
  return (
    <Page lead={text.lead} narrow title={text.title}>
      {shown && (
        <Section text={text.none.text} title={text.title}>
          <div className="mb-5 max-w-sm">
            <Field label={text.scope}>
              {(aria) => (
                <Select
                  aria={aria}
                  className="w-full"
                  onValue={(value) => void navigate({ search: { of: value || undefined } })}
                  options={options}
                  value={shown.value}
                />
              )}
            </Field>
          </div>
          <VariableList key={shown.value} may={may} none={text.none.title} scope={shown.value} />
        </Section>
      )}
      {can(me, 'registry.list') && (
        <Section text={words.registries.text} title={words.registries.title}>
          <RegistryList may={can(me, 'registry.set')} />
        </Section>
      )}
    </Page>
  )
}

interface ScopeOption {
  readonly value: Scope
  readonly label: string
}

function useScopes(me: Me): readonly ScopeOption[] {
  const seesServer = can(me, 'variable.list')
  const seesGroups = can(me, 'variable.listGroup')
  const templates = useTemplates().data ?? []
  const groups = useGroups(seesGroups).data ?? []
  const server: readonly ScopeOption[] = [
    { value: '', label: text.server },
    ...templates.map(({ id, name }): ScopeOption => {
      return { value: `/templates/${id}`, label: text.template(name) }
    }),
  ]
  const ofGroups = groups.map(({ id, name }): ScopeOption => {
    return { value: `/groups/${id}`, label: text.group(name) }
  })
  return [...(seesServer ? server : []), ...(seesGroups ? ofGroups : [])]
}
