// A template's versions, newest first: who made them, when, why, and what they were allowed. Each can be looked at, compared
// and made the newest again.

import { Link } from '@tanstack/react-router'
import { GitCompare, History, ShieldCheck } from 'lucide-react'
import type { TemplateDetail, TemplateVersion } from '#protocol/api/templates.ts'
import { Button, buttonClass } from '../parts/button.tsx'
import { cx } from '../parts/class.ts'
import { Moment } from '../parts/moment.tsx'
import { words } from '../words.ts'

const text = words.versions

interface VersionsProps {
  readonly template: TemplateDetail
  readonly shown: string
  /** Absent for who may not; undefined while another is under way. */
  readonly onRestore?: ((version: TemplateVersion) => void) | undefined
  readonly busy: boolean
}

export function Versions({ template, shown, onRestore, busy }: VersionsProps) {
  const versions = template.versions.toSorted((a, b) => b.number - a.number)
  const before = versions[1]
  return (
    <ol aria-label={text.title} className="flex flex-col">
      {versions.map((version) => (
        <li
          className="flex flex-col gap-1 border-b py-2.5 first:pt-0 last:border-b-0"
          key={version.id}
        >
          <Head
            isNewest={version.id === template.version.id}
            shown={shown}
            template={template}
            version={version}
          />
          <Permission version={version} />
          <div className="flex gap-1 pl-8">
            {version.id !== template.version.id && (
              <Compare template={template} version={version} />
            )}
            {onRestore && (
              <Return
                before={before}
                busy={busy}
                isNewest={version.id === template.version.id}
                onRestore={onRestore}
                version={version}
              />
            )}
          </div>
        </li>
      ))}
    </ol>
  )
}

interface HeadProps {
  readonly template: TemplateDetail
  readonly version: TemplateVersion
  readonly isNewest: boolean
  readonly shown: string
}

function Head({ template, version, isNewest, shown }: HeadProps) {
  const { id, number, note, author, createdAt } = version
  return (
    <Link
      aria-current={id === shown ? 'true' : undefined}
      className="flex gap-3 rounded px-1 py-0.5 text-sm hover:bg-hover aria-[current]:bg-hover"
      params={{ templateId: template.id }}
      search={{ version: isNewest ? undefined : id, beside: 'versions' }}
      to="/templates/$templateId"
    >
      <span className="tabular w-6 shrink-0 font-medium">{words.templates.version(number)}</span>
      <span className="min-w-0 grow">
        <span className={cx('block break-words', !note && 'text-ink-3')}>
          {note || words.template.noNote}
        </span>
        <span className="text-ink-3 text-xs">
          {words.template.by(author.name)}, <Moment at={createdAt} />
        </span>
      </span>
      {isNewest && (
        <span className="mt-0.5 self-start rounded bg-accent-soft px-1.5 text-accent text-xs">
          {words.template.newest}
        </span>
      )}
    </Link>
  )
}

function Permission({ version: { permission } }: { readonly version: TemplateVersion }) {
  if (!permission) return null
  return (
    <div className="flex gap-2 pl-10 text-ink-2 text-xs">
      <ShieldCheck aria-hidden="true" className="mt-px shrink-0 text-amber" size={14} />
      <div className="min-w-0">
        {text.allowed(permission.by.name)}
        <ul className="break-words font-mono">
          {permission.reaches.map((reach) => (
            <li key={reach}>{reach}</li>
          ))}
        </ul>
      </div>
    </div>
  )
}

interface CompareProps {
  readonly template: TemplateDetail
  readonly version: TemplateVersion
}

function Compare({ template, version }: CompareProps) {
  return (
    <Link
      aria-label={text.compareNamed(version.number)}
      className={buttonClass('quiet', true)}
      params={{ templateId: template.id }}
      search={{ version: template.version.id, against: version.id }}
      to="/templates/$templateId"
    >
      <GitCompare aria-hidden="true" size={14} />
      {text.compare}
    </Link>
  )
}

interface ReturnProps {
  readonly version: TemplateVersion
  readonly isNewest: boolean
  readonly before: TemplateVersion | undefined
  readonly busy: boolean
  readonly onRestore: (version: TemplateVersion) => void
}

/** From the newest one rolls back to the one before it; any other is restored. */
function Return({ version, isNewest, before, busy, onRestore }: ReturnProps) {
  const to = isNewest ? before : version
  if (!to) return null
  return (
    <Button
      aria-label={isNewest ? text.rollBackNamed(to.number) : text.restoreNamed(to.number)}
      disabled={busy}
      icon={History}
      kind="quiet"
      onClick={() => onRestore(to)}
      small
    >
      {isNewest ? text.rollBack : text.restore}
    </Button>
  )
}
