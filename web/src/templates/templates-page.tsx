// The list of templates.

import { Link } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import type { Template } from '#protocol/api/templates.ts'
import { can, useMe } from '../api/session.ts'
import { useTemplates } from '../api/templates.ts'
import { useKeys } from '../app/use-keys.ts'
import { buttonClass } from '../parts/button.tsx'
import { cx } from '../parts/class.ts'
import { Empty } from '../parts/empty.tsx'
import { RowsLoading } from '../parts/loading.tsx'
import { Mark } from '../parts/mark.tsx'
import { Moment } from '../parts/moment.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { Page } from '../parts/page.tsx'
import { words } from '../words.ts'
import { imageText } from './images.ts'
import { byName } from './order.ts'
import { moveInRows } from './row-focus.ts'
import { TemplateIcon } from './template-icon.tsx'

const text = words.templates

export function TemplatesPage() {
  const templates = useTemplates()
  const me = useMe()
  useKeys({
    j: () => moveInRows(1),
    k: () => moveInRows(-1),
    arrowdown: () => moveInRows(1),
    arrowup: () => moveInRows(-1),
  })
  const add = can(me, 'template.create') && (
    <Link className={buttonClass('primary')} to="/templates/new">
      <Plus aria-hidden="true" size={15} />
      {text.new}
    </Link>
  )
  return (
    <Page actions={templates.data?.length !== 0 && add} lead={text.lead} title={text.title}>
      {templates.isPending && <RowsLoading label={text.loading} rows={4} />}
      {templates.error && (
        <ErrorNotice error={templates.error} retry={() => void templates.refetch()} />
      )}
      {templates.data?.length === 0 && (
        <Empty
          picture={<Mark size={44} />}
          text={add ? text.empty.text : text.empty.textMember}
          title={text.empty.title}
        >
          {add}
        </Empty>
      )}
      {templates.data && templates.data.length > 0 && <TemplateTable templates={templates.data} />}
    </Page>
  )
}

function TemplateTable({ templates }: { readonly templates: readonly Template[] }) {
  const { columns } = text
  const head = 'h-8 font-normal'
  return (
    <table className="w-full table-fixed text-left text-sm max-sm:block">
      <thead className="text-ink-3 text-xs max-sm:sr-only">
        <tr className="border-b">
          <th className={cx(head, 'w-[36%] pl-3')}>{columns.name}</th>
          <th className={head}>{columns.services}</th>
          <th className={cx(head, 'w-20')}>{columns.version}</th>
          <th className={cx(head, 'w-20 text-right')}>{columns.spaces}</th>
          <th className={cx(head, 'w-32 pl-6')}>{columns.changed}</th>
          <th className={cx(head, 'w-32')}>
            <span className="sr-only">{words.spaces.columns.actions}</span>
          </th>
        </tr>
      </thead>
      <tbody className="max-sm:block">
        {templates.toSorted(byName).map((template) => (
          <TemplateRow key={template.id} template={template} />
        ))}
      </tbody>
    </table>
  )
}

function TemplateRow({ template }: { readonly template: Template }) {
  const cell = 'truncate text-ink-2 max-sm:hidden'
  return (
    <tr className="relative border-b hover:bg-hover max-sm:flex max-sm:items-center">
      <td className="grow px-3 py-2 max-sm:py-3">
        <div className="flex items-start gap-3">
          <TemplateIcon icon={template.icon} large name={template.name} />
          <div className="min-w-0">
            <Link
              className="cover font-medium"
              data-row={template.id}
              params={{ templateId: template.id }}
              to="/templates/$templateId"
            >
              {template.name}
            </Link>
            <p className="line-clamp-2 text-ink-3 text-xs">{template.description}</p>
          </div>
        </div>
      </td>
      <td className={cx(cell, 'font-mono text-xs')}>
        {template.head.services.map(({ image }) => imageText(image, {})).join(', ')}
      </td>
      <td className={cx(cell, 'tabular')}>{text.version(template.version.number)}</td>
      <td className={cx(cell, 'tabular text-right')}>{template.spaces}</td>
      <td className={cx(cell, 'tabular pl-6')}>
        <Moment at={template.version.createdAt} />
      </td>
      <td className="pr-3 text-right">
        <Link
          aria-label={text.useNamed(template.name)}
          className={cx(buttonClass('plain', true), 'relative z-10')}
          search={{ template: template.id }}
          to="/spaces/new"
        >
          <Plus aria-hidden="true" size={14} />
          <span className="max-sm:sr-only">{text.use}</span>
        </Link>
      </td>
    </tr>
  )
}
