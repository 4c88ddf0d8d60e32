// Two versions of a template beside each other, any of them, and what is typed but not published.

import { useNavigate } from '@tanstack/react-router'
import { Suspense } from 'react'
import type { TemplateDetail } from '#protocol/api/templates.ts'
import { useTemplateVersion } from '../api/templates.ts'
import { Button } from '../parts/button.tsx'
import { useIsPhone } from '../parts/is-phone.ts'
import { lazyPart } from '../parts/lazy-part.ts'
import { Loading } from '../parts/loading.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { Select } from '../parts/select.tsx'
import { words } from '../words.ts'

const DiffView = lazyPart(() => import('./code/diff-view.tsx'), 'DiffView')
const text = words.versions
/** In the address bar in place of a version: what is typed. */
export const DRAFT = 'draft'

interface DiffPageProps {
  readonly template: TemplateDetail
  readonly left: string
  readonly right: string
  /** Absent where nothing is typed. */
  readonly draft: string | undefined
}

export function DiffPage({ template, left, right, draft }: DiffPageProps) {
  const navigate = useNavigate()
  const isPhone = useIsPhone()
  const leftSource = useSource(template, left, draft)
  const rightSource = useSource(template, right, draft)
  const error = leftSource.error ?? rightSource.error
  const go = (search: { version?: string; against?: string; beside?: string }) =>
    void navigate({ to: '/templates/$templateId', params: { templateId: template.id }, search })
  const options = template.versions
    .toSorted((a, b) => b.number - a.number)
    .map(({ id, number }) => ({ value: id, label: text.named(number) }))
  const all = draft === undefined ? options : [{ value: DRAFT, label: text.mine }, ...options]
  const nameOf = (id: string) => all.find(({ value }) => value === id)?.label ?? text.mine
  return (
    <section aria-label={text.comparing} className="flex h-full min-h-0 flex-col gap-3">
      <header className="flex flex-wrap items-center gap-2">
        <Select
          label={text.left}
          onValue={(against) => go({ version: right, against })}
          options={all}
          value={left}
        />
        <Select
          label={text.right}
          onValue={(version) => go({ version, against: left })}
          options={all}
          value={right}
        />
        <p className="text-ink-3 text-xs max-lg:hidden">{text.hint}</p>
        <Button className="sm:ml-auto" onClick={() => go({ beside: 'versions' })}>
          {text.close}
        </Button>
      </header>
      {error && <ErrorNotice error={error} />}
      {leftSource.source === rightSource.source && leftSource.source !== undefined && (
        <p className="text-ink-2 text-sm">{text.same}</p>
      )}
      <div className="min-h-96 grow basis-0">
        {leftSource.source === undefined || rightSource.source === undefined ? (
          !error && <Loading label={text.fetching} />
        ) : (
          <Suspense fallback={<Loading label={words.templateEditor.opening} />}>
            <DiffView
              left={{ label: nameOf(left), source: leftSource.source }}
              narrow={isPhone}
              right={{ label: nameOf(right), source: rightSource.source }}
            />
          </Suspense>
        )}
      </div>
    </section>
  )
}

function useSource(template: TemplateDetail, id: string, draft: string | undefined) {
  const isHere = id === DRAFT || id === template.version.id
  const fetched = useTemplateVersion(template.id, isHere ? undefined : id)
  const here = id === DRAFT ? (draft ?? template.source) : template.source
  return { source: isHere ? here : fetched.data?.source, error: isHere ? null : fetched.error }
}
