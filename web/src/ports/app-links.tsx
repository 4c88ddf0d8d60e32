// The apps of a running space as small buttons: in its head, and in the list of spaces.

import { Link } from '@tanstack/react-router'
import type { Space, SpaceApp } from '#protocol/api/spaces.ts'
import { buttonClass } from '../parts/button.tsx'
import { cx } from '../parts/class.ts'
import { TemplateIcon } from '../templates/template-icon.tsx'
import { words } from '../words.ts'
import { HealthDot, healthOf } from './app-health.tsx'
import { mayOpen } from './may-open.ts'

const text = words.access
/** More than these are on the page of ports. */
const MAX_SHOWN = 4

const COMPACT =
  'touch inline-flex h-9 items-center gap-1 rounded border border-line-strong bg-surface pr-1.5 pl-1 hover:bg-hover sm:h-7'

interface AppLinksProps {
  readonly space: Space
  readonly mine: boolean
  /** Icons only; their names are tooltips. */
  readonly compact?: boolean
  readonly className?: string
}

export function AppLinks({ space, mine, compact, className }: AppLinksProps) {
  const apps = space.apps.filter((app) => mayOpen(app, { mine }))
  if (space.state !== 'running' || apps.length === 0) return null
  return (
    <ul aria-label={text.apps(space.name)} className={cx('flex min-w-0 gap-1.5', className)}>
      {apps.slice(0, MAX_SHOWN).map((app) => (
        <li className="min-w-0" key={`${app.name} ${app.port}`}>
          <AppLink app={app} compact={compact ?? false} space={space} />
        </li>
      ))}
    </ul>
  )
}

interface AppLinkProps {
  readonly space: Space
  readonly app: SpaceApp
  readonly compact: boolean
}

function AppLink({ space, app, compact }: AppLinkProps) {
  const health = healthOf(space, app)
  const className = compact ? COMPACT : cx(buttonClass('plain', true), 'max-w-40 shrink pl-1')
  const tip = { 'data-tip': `${app.name}: ${text.health[health]}` }
  const face = (
    <>
      <TemplateIcon icon={app.icon} name={app.name} />
      <span className={compact ? 'sr-only' : 'truncate'}>{app.name}</span>
      <HealthDot health={health} />
      <span className="sr-only">{text.health[health]}</span>
    </>
  )
  // Without an address of its own, the page of ports says how it is reached.
  if (app.url === undefined) {
    return (
      <Link
        {...tip}
        className={className}
        params={{ spaceId: space.id }}
        to="/spaces/$spaceId/ports"
      >
        {face}
      </Link>
    )
  }
  return (
    <a {...tip} className={className} href={app.url} rel="noreferrer" target="_blank">
      {face}
    </a>
  )
}
