// Two people wrote at once: what the other published is told as soon as it is known, and both changes are put together where
// they can be seen before one of them is used.

import { Suspense, useState } from 'react'
import type { TemplateDetail } from '#protocol/api/templates.ts'
import { useTemplateVersion } from '../api/templates.ts'
import { Button } from '../parts/button.tsx'
import { useIsPhone } from '../parts/is-phone.ts'
import { lazyPart } from '../parts/lazy-part.ts'
import { Loading } from '../parts/loading.tsx'
import { Advice, ErrorNotice } from '../parts/notice.tsx'
import { words } from '../words.ts'
import { merge } from './merge.ts'
import type { Editing } from './use-editing.ts'

const DiffView = lazyPart(() => import('./code/diff-view.tsx'), 'DiffView')
const text = words.merging

export function BehindNotice(props: {
  readonly template: TemplateDetail
  readonly onOpen: () => void
}) {
  const { author, number } = props.template.version
  return (
    <Advice>
      <span className="flex flex-wrap items-center gap-3" role="status">
        <span className="grow">{text.title(author.name, number)}</span>
        <Button onClick={props.onOpen} small>
          {text.open}
        </Button>
      </span>
    </Advice>
  )
}

interface MergingProps {
  readonly template: TemplateDetail
  readonly editing: Editing
  readonly onClose: () => void
  readonly onMerged: () => void
}

export function Merging({ template, editing, onClose, onMerged }: MergingProps) {
  const base = useTemplateVersion(template.id, editing.base)
  return (
    <section aria-label={text.open} className="flex h-full min-h-0 flex-col gap-3">
      {base.error && <ErrorNotice error={base.error} retry={() => void base.refetch()} />}
      {!base.data && !base.error && <Loading label={text.fetching} />}
      {base.data && (
        <Both
          base={base.data.source}
          // Should a third version come meanwhile, all is put together anew.
          key={template.version.id}
          mine={editing.source}
          onClose={onClose}
          onUse={(source) => {
            editing.rebase(source)
            onMerged()
          }}
          template={template}
        />
      )}
    </section>
  )
}

interface BothProps {
  readonly template: TemplateDetail
  readonly base: string
  readonly mine: string
  readonly onUse: (source: string) => void
  readonly onClose: () => void
}

function Both({ template, base, mine, onUse, onClose }: BothProps) {
  const isPhone = useIsPhone()
  const { author, number } = template.version
  const [merged] = useState(() => merge(base, mine, template.source))
  const [result, setResult] = useState(merged.text)
  return (
    <>
      <header className="flex flex-wrap items-center gap-x-4 gap-y-2 text-sm">
        <div className="min-w-0 grow basis-80">
          <h2 className="font-semibold text-base">{text.title(author.name, number)}</h2>
          <p className="text-ink-2">
            {text.text} {merged.conflicts > 0 ? text.conflicts(merged.conflicts) : text.clean}
          </p>
        </div>
        <Button kind="quiet" onClick={onClose}>
          {text.later}
        </Button>
        <Button kind="primary" onClick={() => onUse(result)}>
          {text.use}
        </Button>
      </header>
      <div className="grid grid-cols-2 text-ink-3 text-xs max-sm:hidden">
        <span>{text.theirs(number)}</span>
        <span>{text.result}</span>
      </div>
      <div className="min-h-96 grow basis-0">
        <Suspense fallback={<Loading label={words.templateEditor.opening} />}>
          <DiffView
            left={{ label: text.theirs(number), source: template.source }}
            narrow={isPhone}
            onRight={setResult}
            right={{ label: text.result, source: merged.text }}
          />
        </Suspense>
      </div>
    </>
  )
}
