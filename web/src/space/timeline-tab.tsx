// All that happened to the space, newest start or stop first.

import { useTimeline } from '../api/spaces.ts'
import { Empty } from '../parts/empty.tsx'
import { RowsLoading } from '../parts/loading.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { words } from '../words.ts'
import { useCurrentSpace } from './current.ts'
import { groupByIntent } from './intents.ts'
import { TimelineSteps } from './timeline-steps.tsx'

export function TimelineTab() {
  const space = useCurrentSpace()
  const timeline = useTimeline(space.id)
  const groups = groupByIntent(timeline.data ?? [])
  return (
    <div className="max-w-4xl px-4 py-5 sm:px-6">
      {timeline.isPending && <RowsLoading label={words.timeline.loading} />}
      {timeline.error && (
        <ErrorNotice error={timeline.error} retry={() => void timeline.refetch()} />
      )}
      {timeline.data && groups.length === 0 && (
        <Empty text={words.timeline.empty.text} title={words.timeline.empty.title} />
      )}
      {groups.map(({ intentId, steps }) => (
        <section className="border-b py-4 first:pt-0 last:border-b-0" key={intentId}>
          <TimelineSteps steps={steps} />
        </section>
      ))}
    </div>
  )
}
