// A template's versions, newest first. Any of them can be looked at, and restored as a new one.

import { Link } from '@tanstack/react-router'
import type { TemplateDetail } from '#protocol/api/templates.ts'
import { cx } from '../parts/class.ts'
import { Moment } from '../parts/moment.tsx'
import { words } from '../words.ts'

const text = words.template

interface VersionsProps {
  readonly template: TemplateDetail
  readonly shown: string
}

export function Versions({ template, shown }: VersionsProps) {
  const versions = [...template.versions].sort((a, b) => b.number - a.number)
  return (
    <section>
      <h2 className="mb-1 font-semibold text-base">{text.versions}</h2>
      <ol className="-mx-2">
        {versions.map(({ id, number, note, author, createdAt }) => (
          <li key={id}>
            <Link
              aria-current={id === shown ? 'true' : undefined}
              className={cx(
                'flex gap-3 rounded px-2 py-1.5 text-sm hover:bg-hover',
                id === shown && 'bg-hover',
              )}
              params={{ templateId: template.id }}
              search={{ version: id === template.version.id ? undefined : id }}
              to="/templates/$templateId"
            >
              <span className="tabular w-8 shrink-0 font-medium">
                {words.templates.version(number)}
              </span>
              <span className="min-w-0 grow">
                <span className={cx('block truncate', !note && 'text-ink-3')}>
                  {note || text.noNote}
                </span>
                <span className="text-ink-3 text-xs">
                  {text.by(author.name)}, <Moment at={createdAt} />
                </span>
              </span>
              {id === template.version.id && (
                <span className="self-start rounded bg-accent-soft px-1.5 text-accent text-xs">
                  {text.newest}
                </span>
              )}
            </Link>
          </li>
        ))}
      </ol>
    </section>
  )
}
