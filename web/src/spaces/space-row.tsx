// One space in the list. The whole row opens it; its actions stand at the end and are reached by key.

import { Link } from '@tanstack/react-router'
import { ArrowUp, Play, SquareTerminal } from 'lucide-react'
import { memo, type ReactNode } from 'react'
import type { Space } from '#protocol/api/spaces.ts'
import { mayAsk } from '../api/space-action.ts'
import { askSpace } from '../api/spaces.ts'
import { isOwn } from '../api/standing.ts'
import { bytes, percent } from '../format/quantity.ts'
import { Button, buttonClass } from '../parts/button.tsx'
import { cx } from '../parts/class.ts'
import { Moment } from '../parts/moment.tsx'
import { Tip } from '../parts/tip.tsx'
import { AppLinks } from '../ports/app-links.tsx'
import { TemplateIcon } from '../templates/template-icon.tsx'
import { words } from '../words.ts'
import { SpaceMenu } from './space-menu.tsx'
import { StateMark, tellsMore } from './state-mark.tsx'

/** One grid for the head and every row, so that rows out of sight can be left out and columns still stand. */
export const rowGrid =
  'sm:grid sm:grid-cols-[minmax(130px,1.1fr)_minmax(180px,1.8fr)_minmax(150px,1.2fr)_84px_88px_60px_72px_96px_136px] sm:gap-x-3'

interface SpaceRowProps {
  /** Of the row in the list, from 0; the head is the table's first row. */
  readonly index: number
  readonly space: Space
  readonly mine: boolean
  readonly usedAtMs: number
}

export const SpaceRow = memo(function SpaceRow({ index, space, mine, usedAtMs }: SpaceRowProps) {
  const { usage } = space
  const cell = 'hidden truncate text-ink-2 text-sm sm:block'
  const figure = cx(cell, 'tabular text-right')
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table's rows cannot be left out while out of sight
    <div
      aria-rowindex={index + 2}
      className={cx(
        'group relative flex flex-wrap items-center gap-x-3 gap-y-1 border-b px-3 py-2.5 hover:bg-hover has-[a.row:focus-visible]:bg-hover sm:h-10 sm:py-0',
        rowGrid,
      )}
      role="row"
      tabIndex={-1}
    >
      <Cell className="min-w-0 grow sm:grow-0">
        <Link
          className="row cover block truncate font-medium text-base sm:text-sm"
          data-row={space.id}
          params={{ spaceId: space.id }}
          to="/spaces/$spaceId"
        >
          {space.name}
        </Link>
      </Cell>
      <Cell className="order-3 flex w-full min-w-0 items-center gap-2 sm:order-none sm:w-auto">
        <StateMark state={space.state} />
        {tellsMore(space) && (
          <span className="truncate text-ink-3 text-sm" title={space.reason}>
            {space.reason}
          </span>
        )}
        <AppLinks className="relative z-10" compact mine={mine} space={space} />
      </Cell>
      <Cell className="order-4 flex min-w-0 items-center gap-2 text-ink-2 text-sm sm:order-none">
        <TemplateIcon icon={space.template.icon} name={space.template.name} />
        <span className="truncate">{space.template.name}</span>
        <TemplateVersion space={space} />
        {!isOwn(space) && (
          <span className="truncate text-ink-3 sm:hidden">{words.spaces.of(space.owner.name)}</span>
        )}
      </Cell>
      <Cell className={cell}>{isOwn(space) ? words.spaces.me : space.owner.name}</Cell>
      <Cell className={cell}>{space.host?.name ?? words.spaces.none}</Cell>
      <Cell className={figure}>{usage ? percent(usage.cpuPercent) : words.spaces.none}</Cell>
      <Cell className={figure}>{usage ? bytes(usage.memoryBytes) : words.spaces.none}</Cell>
      <Cell className={cx(cell, 'tabular pl-3')}>
        <Moment at={new Date(usedAtMs).toISOString()} />
      </Cell>
      <Cell className="relative z-10 flex items-center justify-end gap-1">
        <RowAction mine={mine} space={space} />
        <SpaceMenu mine={mine} space={space} />
      </Cell>
    </div>
  )
})

interface CellProps {
  readonly className?: string
  readonly children: ReactNode
}

function Cell({ className, children }: CellProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: see the row
    <div className={className} role="cell">
      {children}
    </div>
  )
}

function TemplateVersion({ space }: { readonly space: Space }) {
  const { version, newer } = space.template
  if (!newer) return <span className="tabular text-ink-3 text-xs">v{version}</span>
  return (
    <Tip text={words.spaces.newerLong(newer.version)}>
      <span
        className="tabular relative z-10 inline-flex shrink-0 items-center gap-0.5 rounded bg-violet-soft px-1 text-violet text-xs"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: its tooltip must be reachable by key
        tabIndex={0}
      >
        v{version}
        <ArrowUp aria-hidden="true" size={11} />
        <span className="sr-only">{words.spaces.newerLong(newer.version)}</span>
      </span>
    </Tip>
  )
}

/** The one thing that is wanted most in this state. */
function RowAction({ space, mine }: { readonly space: Space; readonly mine: boolean }) {
  const { actions } = words.spaces
  if (space.state === 'running' && mine) {
    return (
      <Link
        aria-label={words.spaces.openTerminal(space.name)}
        className={buttonClass('plain', true)}
        params={{ spaceId: space.id }}
        to="/spaces/$spaceId"
      >
        <SquareTerminal aria-hidden="true" size={15} />
        {actions.terminal}
      </Link>
    )
  }
  if (!mayAsk(space, 'start')) return null
  return (
    <Button
      aria-label={words.palette.start(space.name)}
      icon={Play}
      onClick={() => askSpace(space, 'start')}
      small
    >
      {actions.start}
    </Button>
  )
}
