// The apps of a running space as small buttons: in its head, and in the list of spaces.

import { Link } from '@tanstack/react-router'
import type { Space, SpaceApp } from '#protocol/api/spaces.ts'
import { buttonClass } from '../parts/button.tsx'
import { cx } from '../parts/class.ts'
import { TemplateIcon } from '../templates/template-icon.tsx'
import { words } from '../words.ts'
import { HealthDot, healthOf } from './app-health.tsx'

const text = words.access
/** More than these are on the page of ports. */
const MAX_SHOWN = 4

interface AppLinksProps {
  readonly space: Space
  readonly className?: string
}

export function AppLinks({ space, className }: AppLinksProps) {
  if (space.state !== 'running' || space.apps.length === 0) return null
  return (
    <ul aria-label={text.apps(space.name)} className={cx('flex min-w-0 gap-1.5', className)}>
      {space.apps.slice(0, MAX_SHOWN).map((app) => (
        <li className="min-w-0" key={`${app.name} ${app.port}`}>
          <AppLink app={app} space={space} />
        </li>
      ))}
    </ul>
  )
}

function AppLink({ space, app }: { readonly space: Space; readonly app: SpaceApp }) {
  const health = healthOf(space, app)
  const className = cx(buttonClass('plain', true), 'max-w-40 shrink pl-1')
  const title = `${app.name}: ${text.health[health]}`
  const face = (
    <>
      <TemplateIcon icon={app.icon} name={app.name} />
      <span className="truncate">{app.name}</span>
      <HealthDot health={health} />
      <span className="sr-only">{text.health[health]}</span>
    </>
  )
  // Without an address of its own, the page of ports says how it is reached.
  if (app.url === undefined) {
    return (
      <Link
        className={className}
        params={{ spaceId: space.id }}
        title={title}
        to="/spaces/$spaceId/ports"
      >
        {face}
      </Link>
    )
  }
  return (
    <a className={className} href={app.url} rel="noreferrer" target="_blank" title={title}>
      {face}
    </a>
  )
}
