// Above the source: what one should know before one types.

import { Link } from '@tanstack/react-router'
import type { TemplateDetail } from '#protocol/api/templates.ts'
import { Button } from '../parts/button.tsx'
import { Moment } from '../parts/moment.tsx'
import { Advice } from '../parts/notice.tsx'
import { words } from '../words.ts'
import { discard } from './publish-bar.tsx'
import type { Editing } from './use-editing.ts'

const text = words.templateEditor

/** What was kept from an earlier visit. */
export function Found({ editing }: { readonly editing: Editing }) {
  return (
    <Advice>
      <span className="flex flex-wrap items-center gap-3" role="status">
        <span className="grow">
          {text.found} <Moment at={editing.found ?? ''} />
        </span>
        <Button onClick={() => discard(editing)} small>
          {text.discard}
        </Button>
      </span>
    </Advice>
  )
}

interface OlderProps {
  readonly template: TemplateDetail
  readonly shown: string
}

export function Older({ template, shown }: OlderProps) {
  const number = template.versions.find(({ id }) => id === shown)?.number ?? 0
  const link = 'rounded text-ink underline underline-offset-2'
  const params = { templateId: template.id }
  return (
    <Advice>
      <span className="flex flex-wrap items-center gap-3">
        <span className="grow">{words.template.looking(number)}</span>
        <Link
          className={link}
          params={params}
          search={{ version: template.version.id, against: shown }}
          to="/templates/$templateId"
        >
          {words.versions.compare}
        </Link>
        <Link className={link} params={params} search={{}} to="/templates/$templateId">
          {words.template.backToNewest}
        </Link>
      </span>
    </Advice>
  )
}
