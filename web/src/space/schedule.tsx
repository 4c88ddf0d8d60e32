// When a space starts and stops by itself: what its template says, whether that holds, and what comes next.

import type { Space } from '#protocol/api/spaces.ts'
import { useUpdateSpace } from '../api/spaces.ts'
import { mayManage } from '../api/standing.ts'
import { useNow } from '../parts/moment.tsx'
import { Switch } from '../parts/switch.tsx'
import { toastError } from '../parts/toast.ts'
import { words } from '../words.ts'

const text = words.spaceSettings.schedule

/** The one that is still to come: what is past is done, and will be heard of. */
export function useNext({ schedule }: Space) {
  const nowMs = useNow()
  return schedule?.next && Date.parse(schedule.next.at) > nowMs ? schedule.next : undefined
}

const absolute = new Intl.DateTimeFormat(undefined, {
  ...({ weekday: 'short', day: 'numeric', month: 'short' } as const),
  ...({ hour: '2-digit', minute: '2-digit' } as const),
})

export function ScheduleOf({ space }: { readonly space: Space }) {
  const { schedule } = space
  const update = useUpdateSpace()
  const next = useNext(space)
  if (!schedule) return null
  const { start, stop, zone } = schedule
  // What was clicked shows at once.
  const isOn = update.isPending
    ? (update.variables.change.schedule ?? schedule.isOn)
    : schedule.isOn
  const change = (on: boolean) =>
    update.mutate({ id: space.id, change: { schedule: on } }, { onError: toastError })
  return (
    <div className="flex max-w-md items-start gap-4 text-sm">
      <div className="min-w-0 grow">
        {start.length > 0 && <p>{text.starts(start.join(', '))}</p>}
        {stop.length > 0 && <p>{text.stops(stop.join(', '))}</p>}
        <p className="text-ink-3">{zone}</p>
        <p className="mt-2 text-ink-2">
          {isOn ? next && text.next[next.do](absolute.format(Date.parse(next.at))) : text.off}
        </p>
      </div>
      {mayManage(space) && <Switch label={text.label} on={isOn} onChange={change} />}
    </div>
  )
}
