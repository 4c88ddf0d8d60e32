// How a plan's words look: what is new, made anew, kept, removed; and what comes of a space. Never by colour alone.

import type { LucideIcon } from 'lucide-react'
import { Ban, CircleDashed, Equal, Minus, Plus, RefreshCw, RotateCw } from 'lucide-react'
import type { PlanItem, SpacePlan } from '#protocol/api/plan.ts'
import { cx } from '../parts/class.ts'
import { words } from '../words.ts'

interface Look {
  readonly icon: LucideIcon
  readonly className: string
}

const doing: Readonly<Record<PlanItem['do'], Look>> = {
  create: { icon: Plus, className: 'text-green' },
  replace: { icon: RefreshCw, className: 'text-amber' },
  keep: { icon: Equal, className: 'text-ink-3' },
  remove: { icon: Minus, className: 'text-red' },
}

export const effects: Readonly<Record<SpacePlan['effect'], Look>> = {
  refused: { icon: Ban, className: 'text-red' },
  restart: { icon: RotateCw, className: 'text-amber' },
  start: { icon: CircleDashed, className: 'text-ink-2' },
  none: { icon: Equal, className: 'text-ink-3' },
}

export function DoMark({ what }: { readonly what: PlanItem['do'] }) {
  const { icon: Icon, className } = doing[what]
  return (
    <span className={cx('inline-flex items-center gap-1 text-xs', className)}>
      <Icon aria-hidden="true" size={13} />
      {words.plan.do[what]}
    </span>
  )
}

/** One line of it: the thing, the words that differ, what is done with it. */
export function PlanLine({ what, item }: { readonly what: string; readonly item: PlanItem }) {
  return (
    <li className="flex min-h-7 flex-wrap items-baseline gap-x-2 py-0.5 text-sm">
      <span className="text-ink-3 text-xs">{what}</span>
      <span className="font-mono text-xs">{item.name}</span>
      <span className="min-w-0 truncate text-ink-2 text-xs">{item.changes.join(', ')}</span>
      <span className="ml-auto">
        <DoMark what={item.do} />
      </span>
    </li>
  )
}
