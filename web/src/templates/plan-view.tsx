// A plan to read: first in one line each what comes of the spaces, then what a new one would be made of, then space by space.

import { ChevronRight } from 'lucide-react'
import type { PlanItem, SpacePlan, TemplatePlan } from '#protocol/api/plan.ts'
import { Advice } from '../parts/notice.tsx'
import { words } from '../words.ts'
import { effects, PlanLine } from './plan-marks.tsx'

const text = words.plan
const order = ['refused', 'restart', 'start', 'none'] as const

export function PlanView({ plan }: { readonly plan: TemplatePlan }) {
  const total = order.reduce((sum, effect) => sum + plan.totals[effect], 0)
  return (
    <div className="flex flex-col gap-4">
      {plan.refused && (
        <Advice>
          {text.refused} {plan.refused}
        </Advice>
      )}
      <section>
        {total === 0 ? (
          <p className="text-ink-2 text-sm">{text.noSpaces}</p>
        ) : (
          <ul aria-label={text.title}>
            {order.map((effect) => (
              <Total count={plan.totals[effect]} effect={effect} key={effect} />
            ))}
          </ul>
        )}
        {plan.totals.restart > 0 && <p className="mt-1 text-ink-3 text-xs">{text.running}</p>}
      </section>
      <section>
        <h2 className="mb-1 font-medium text-sm">{text.new}</h2>
        <Items containers={plan.containers} settings={plan.settings} volumes={plan.volumes} />
      </section>
      {plan.spaces.length > 0 && <SpaceList plan={plan} total={total} />}
    </div>
  )
}

interface TotalProps {
  readonly effect: SpacePlan['effect']
  readonly count: number
}

function Total({ effect, count }: TotalProps) {
  if (count === 0) return null
  const { icon: Icon, className } = effects[effect]
  return (
    <li className="flex min-h-7 items-center gap-2 text-sm">
      <Icon aria-hidden="true" className={className} size={15} />
      {text.total[effect](count)}
    </li>
  )
}

interface ItemsProps {
  readonly containers: readonly PlanItem[]
  readonly volumes: readonly PlanItem[]
  readonly settings: readonly string[]
}

function Items({ containers, volumes, settings }: ItemsProps) {
  return (
    <ul>
      {containers.map((item) => (
        <PlanLine item={item} key={item.name} what={text.container} />
      ))}
      {volumes.map((item) => (
        <PlanLine item={item} key={item.name} what={text.volume} />
      ))}
      {settings.length > 0 && (
        <PlanLine
          item={{ name: settings.join(', '), do: 'replace', changes: [] }}
          what={text.settings}
        />
      )}
    </ul>
  )
}

function SpaceList({ plan, total }: { readonly plan: TemplatePlan; readonly total: number }) {
  const more = total - plan.spaces.length
  return (
    <section>
      <h2 className="mb-1 font-medium text-sm">{words.spaces.title}</h2>
      <ul className="divide-y border-y">
        {plan.spaces.map((space) => (
          <SpaceLine key={space.space.id} space={space} />
        ))}
      </ul>
      {more > 0 && <p className="mt-1 text-ink-3 text-xs">{text.more(more)}</p>}
    </section>
  )
}

function SpaceLine({ space }: { readonly space: SpacePlan }) {
  const { icon: Icon, className } = effects[space.effect]
  return (
    <li>
      <details className="group">
        <summary className="flex min-h-11 list-none sm:min-h-9 flex-wrap items-center gap-x-2 rounded py-1 text-sm hover:bg-hover">
          <ChevronRight aria-hidden="true" className="text-ink-3 group-open:rotate-90" size={14} />
          <span className="font-medium">{space.space.name}</span>
          <span className="text-ink-3 text-xs">{text.ownedBy(space.owner.name)}</span>
          <span className="ml-auto inline-flex items-center gap-1.5 pr-1 text-xs">
            <Icon aria-hidden="true" className={className} size={13} />
            {text.effect[space.effect]}
          </span>
        </summary>
        <div className="pb-2 pl-5">
          <p className="text-ink-2 text-xs">{space.reason}</p>
          <Items containers={space.containers} settings={space.settings} volumes={space.volumes} />
        </div>
      </details>
    </li>
  )
}
