// The terminal when the space runs; else what stands in its way: the steps of starting, the failure and the button
// that mends it, or the button that starts.

import { Play, RotateCw } from 'lucide-react'
import { lazy, type ReactNode, Suspense, useEffect } from 'react'
import type { Space } from '#protocol/api/spaces.ts'
import { mayAsk } from '../api/space-action.ts'
import { askSpace, useTimeline } from '../api/spaces.ts'
import { mayEnter, mayWatch } from '../api/standing.ts'
import { markUsed } from '../app/preferences.ts'
import { useKeys } from '../app/use-keys.ts'
import { load } from '../net/load.ts'
import { Button } from '../parts/button.tsx'
import { Empty } from '../parts/empty.tsx'
import { Loading } from '../parts/loading.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { terminalFont } from '../terminal/font.ts'
import { words } from '../words.ts'
import { useCurrentSpace } from './current.ts'
import { groupByIntent } from './intents.ts'
import { LogLines } from './log-lines.tsx'
import { TimelineSteps } from './timeline-steps.tsx'

/** xterm measures its font once, when it opens: the typeface must be there before. */
const Terminals = lazy(async () => {
  const [part] = await Promise.all([
    load(() => import('../terminal/terminals.tsx')),
    terminalFont(),
  ])
  return { default: part.Terminals }
})

export function TerminalTab() {
  const space = useCurrentSpace()
  if (!mayWatch(space)) {
    return <Empty text={words.space.notYours.text} title={words.space.notYours.title} />
  }
  if (space.state === 'running') return <Running key={space.id} space={space} />
  return <NotRunning space={space} />
}

function Running({ space }: { readonly space: Space }) {
  useEffect(() => markUsed(space.id), [space.id])
  return (
    <Suspense
      fallback={
        <div className="px-6">
          <Loading label={words.terminal.loading} />
        </div>
      }
    >
      <Terminals spaceId={space.id} watching={!mayEnter(space)} />
    </Suspense>
  )
}

function NotRunning({ space }: { readonly space: Space }) {
  switch (space.state) {
    case 'stopped':
      return <Stopped space={space} />
    case 'failed':
      return <Failed space={space} />
    case 'pulling':
    case 'starting':
      return <Waiting space={space} title={words.space.starting.title} />
    case 'stopping':
      return <Waiting space={space} title={words.space.stopping.title} />
    case 'deleting':
      return <Waiting space={space} title={words.space.deleting.title} />
    case 'running':
      return null
  }
}

function Stopped({ space }: { readonly space: Space }) {
  const start = () => askSpace(space, 'start')
  const may = mayAsk(space, 'start')
  useKeys(may ? { enter: start } : {})
  return (
    <Empty text={words.space.stopped.text} title={words.space.stopped.title}>
      {may && (
        <Button icon={Play} kind="primary" onClick={start}>
          {words.spaces.actions.start}
        </Button>
      )}
    </Empty>
  )
}

function Panel({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <div className="max-w-2xl px-4 py-6 sm:px-6">
      <h2 className="mb-4 font-semibold text-lg">{title}</h2>
      {children}
    </div>
  )
}

/** The steps of what is going on now. */
function Waiting({ space, title }: { readonly space: Space; readonly title: string }) {
  const timeline = useTimeline(space.id)
  const [latest] = groupByIntent(timeline.data ?? [])
  return (
    <Panel title={title}>
      {timeline.error && <ErrorNotice error={timeline.error} />}
      {latest ? (
        <TimelineSteps brief steps={latest.steps} />
      ) : (
        <Loading label={space.reason || words.timeline.loading} />
      )}
    </Panel>
  )
}

function Failed({ space }: { readonly space: Space }) {
  const start = () => askSpace(space, 'start')
  const { failure } = space
  return (
    <Panel title={words.space.failed.title}>
      {failure ? <ErrorNotice error={failure} /> : <p>{space.reason}</p>}
      {failure?.log && failure.log.length > 0 && <LogLines lines={failure.log} open />}
      {mayAsk(space, 'start') && (
        <Button className="mt-4" icon={RotateCw} kind="primary" onClick={start}>
          {words.space.startAgain}
        </Button>
      )}
    </Panel>
  )
}
