// Whether an app answers: a shape, a colour and a word.

import type { Space, SpaceApp } from '#protocol/api/spaces.ts'
import { cx } from '../parts/class.ts'
import { words } from '../words.ts'

const text = words.access.health

export type Health = keyof typeof text

/** What was asked counts; before that, whether anything listens there. */
export function healthOf(space: Space, app: SpaceApp): Health {
  if (space.state !== 'running') return 'down'
  if (app.health) return app.health
  const listens = space.ports.some((it) => it.port === app.port && it.listening !== false)
  if (listens) return 'up'
  // An agent that is linked has told what listens; where nothing ever did, it had nothing to tell.
  return space.agent?.state === 'linked' ? 'down' : 'unknown'
}

const dots: Record<Health, string> = {
  up: 'bg-green',
  down: 'border border-ink-3',
  unknown: 'border border-ink-3 border-dotted',
}

export function HealthDot({ health }: { readonly health: Health }) {
  return <span aria-hidden="true" className={cx('size-2 shrink-0 rounded-full', dots[health])} />
}

export function HealthMark({ health }: { readonly health: Health }) {
  return (
    <span
      className={cx(
        'inline-flex items-center gap-1.5 text-xs',
        health === 'up' ? 'text-green' : 'text-ink-3',
      )}
    >
      <HealthDot health={health} />
      {text[health]}
    </span>
  )
}
