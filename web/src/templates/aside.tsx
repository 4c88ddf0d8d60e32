// Beside the source: what people will see, what publishing would do, and the versions.

import { useState } from 'react'
import type { TemplateDetail, TemplateHead, TemplateVersion } from '#protocol/api/templates.ts'
import { ErrorNotice } from '../parts/notice.tsx'
import { initialValues, type Values } from '../spaces/parameters.ts'
import { words } from '../words.ts'
import { PlanView } from './plan-view.tsx'
import { TemplatePreview } from './preview.tsx'
import { Tabs } from './tabs.tsx'
import { type Planned, usePlan } from './use-plan.ts'
import { Versions } from './versions.tsx'

const text = words.templateEditor
const names = ['preview', 'plan', 'versions'] as const
export type AsideTab = (typeof names)[number]

export const asideTab = (name: string | undefined): AsideTab =>
  names.find((one) => one === name) ?? 'preview'

interface AsideProps {
  readonly tab: AsideTab
  readonly onTab: (tab: AsideTab) => void
  readonly source: string
  /** As far as the source can be read. */
  readonly head: TemplateHead | undefined
  readonly template?: TemplateDetail
  readonly shown?: string
  /** Plans are for those who may publish. */
  readonly mayPlan: boolean
  readonly busy?: boolean
  readonly onRestore?: ((version: TemplateVersion) => void) | undefined
}

export function Aside(props: AsideProps) {
  const { source, template, mayPlan, tab, onTab } = props
  const [touched, setTouched] = useState<Values>({})
  const { head, isOld } = useLast(props.head)
  const parameters = head?.parameters ?? []
  const values = { ...initialValues(parameters), ...touched }
  const planned = usePlan({
    ...{ source, parameters, values, enabled: mayPlan },
    templateId: template?.id,
  })
  const tabs = [
    { value: 'preview' as const, label: text.tabs.preview },
    ...(mayPlan ? [{ value: 'plan' as const, label: text.tabs.plan }] : []),
    ...(template ? [{ value: 'versions' as const, label: text.tabs.versions }] : []),
  ]
  return (
    <Tabs label={text.aside} onValue={onTab} tabs={tabs} value={tab}>
      {tab === 'preview' &&
        (head ? (
          <>
            {isOld && <p className="mb-3 text-ink-3 text-xs">{words.preview.older}</p>}
            <TemplatePreview
              head={head}
              onValue={(name, value) => setTouched((now) => ({ ...now, [name]: value ?? '' }))}
              plan={isOld ? undefined : planned.plan}
              values={values}
            />
          </>
        ) : (
          <p className="text-ink-2 text-sm">{words.preview.nothing}</p>
        ))}
      {tab === 'plan' && <Plan planned={planned} />}
      {tab === 'versions' && template && (
        <Versions
          busy={props.busy ?? false}
          onRestore={props.onRestore}
          shown={props.shown ?? template.version.id}
          template={template}
        />
      )}
    </Tabs>
  )
}

/** Half-way through a word nothing can be read; what was there stays until there is something new. */
function useLast(head: TemplateHead | undefined) {
  const [last, setLast] = useState(head)
  if (head && head !== last) setLast(head)
  return { head: head ?? last, isOld: head === undefined && last !== undefined }
}

function Plan({ planned: { plan, isPlanning, error } }: { readonly planned: Planned }) {
  if (error) return <ErrorNotice error={error} />
  return (
    <div aria-busy={isPlanning}>
      <p aria-live="polite" className="sr-only">
        {isPlanning ? words.plan.waiting : ''}
      </p>
      {!plan && <p className="text-ink-3 text-sm">{words.plan.waiting}</p>}
      {plan && plan.problems.length > 0 && (
        <p className="text-ink-2 text-sm">{words.plan.broken}</p>
      )}
      {plan && plan.problems.length === 0 && <PlanView plan={plan} />}
    </div>
  )
}
