// The head of a space's page: name, state, why and since when, how busy it is, and what can be asked of it.

import { ArrowUp, Cable, Play, RotateCw, Square } from 'lucide-react'
import type { ReactNode } from 'react'
import type { Space } from '#protocol/api/spaces.ts'
import { mayAsk, type SpaceAction } from '../api/space-action.ts'
import { askSpace } from '../api/spaces.ts'
import { bytes, percent } from '../format/quantity.ts'
import { Button } from '../parts/button.tsx'
import { Moment, Since } from '../parts/moment.tsx'
import { AppLinks } from '../ports/app-links.tsx'
import { SpaceMenu } from '../spaces/space-menu.tsx'
import { StateMark, tellsMore } from '../spaces/state-mark.tsx'
import { TemplateIcon } from '../templates/template-icon.tsx'
import { words } from '../words.ts'
import { useNext } from './schedule.tsx'

interface SpaceHeaderProps {
  readonly space: Space
  /** Absent for who may not enter it. */
  readonly onConnect: (() => void) | undefined
}

export function SpaceHeader({ space, onConnect }: SpaceHeaderProps) {
  return (
    <header className="flex shrink-0 flex-wrap items-start gap-x-4 gap-y-2 px-4 pt-4 pb-2 sm:items-center sm:px-6">
      <span className="max-sm:hidden">
        <TemplateIcon icon={space.template.icon} large name={space.template.name} />
      </span>
      <div className="min-w-0 grow basis-64">
        <div className="flex flex-wrap items-center gap-x-3">
          <h1 className="truncate font-semibold text-title tracking-[-0.01em]">{space.name}</h1>
          <StateMark state={space.state} />
          <Newer space={space} />
        </div>
        <Facts space={space} />
        <AppLinks className="mt-1.5 flex-wrap" mine={onConnect !== undefined} space={space} />
      </div>
      <Actions onConnect={onConnect} space={space} />
    </header>
  )
}

function Facts({ space }: { readonly space: Space }) {
  const { usage } = space
  const next = useNext(space)
  const running = space.state === 'running'
  return (
    <div className="overflow-hidden">
      <p className="-ml-3.5 flex flex-wrap text-ink-3 text-sm">
        {running && space.startedAt ? (
          <Fact>
            {words.space.up} <Since at={space.startedAt} />
          </Fact>
        ) : (
          <Fact>
            {/* Of a failure the page itself tells why, with what to do. */}
            {space.state !== 'failed' && tellsMore(space) && (
              <span className="text-ink-2">{space.reason} </span>
            )}
            <Moment at={space.since} />
          </Fact>
        )}
        {space.host && <Fact>{words.space.on(space.host.name)}</Fact>}
        <Fact>
          {space.template.name} {words.templates.version(space.template.version)}
        </Fact>
        {next && (
          <Fact>
            {words.spaceSettings.schedule.soon[next.do]} <Moment at={next.at} />
          </Fact>
        )}
        {space.standing && space.standing !== 'owner' && (
          <Fact>
            {words.shareSpace.standing[space.standing]} ({space.owner.name})
          </Fact>
        )}
        {running && usage && (
          <Fact>
            {percent(usage.cpuPercent)} {words.spaces.columns.cpu}, {bytes(usage.memoryBytes)}
            {usage.memoryLimitBytes !== undefined && ` / ${bytes(usage.memoryLimitBytes)}`}
          </Fact>
        )}
        {running && space.agent?.state === 'waiting' && (
          <Fact>
            <span className="text-amber">{words.space.agentWaiting}</span>
          </Fact>
        )}
      </p>
    </div>
  )
}

/** Each has a dot before it; where one begins a line its dot is cut off by the edge. */
function Fact({ children }: { readonly children: ReactNode }) {
  return (
    <span className="relative pl-3.5 before:absolute before:left-0 before:w-3.5 before:text-center before:text-line-strong before:content-['·']">
      {children}
    </span>
  )
}

function Newer({ space }: { readonly space: Space }) {
  const { newer } = space.template
  if (!newer) return null
  return (
    <span className="inline-flex items-center gap-2">
      <span
        className="inline-flex items-center gap-0.5 rounded bg-violet-soft px-1.5 text-violet text-xs"
        title={words.space.newer(newer.version)}
      >
        <ArrowUp aria-hidden="true" size={12} />
        {words.templates.version(newer.version)}
      </span>
      {mayAsk(space, 'restart') && (
        <button
          className="touch rounded text-sm text-violet underline underline-offset-2"
          onClick={() => askSpace(space, 'restart')}
          type="button"
        >
          {words.spaces.actions.restartToApply}
        </button>
      )}
    </span>
  )
}

function Actions({ space, onConnect }: SpaceHeaderProps) {
  const { actions } = words.spaces
  const ask = (action: SpaceAction) => () => askSpace(space, action)
  return (
    <div className="flex items-center gap-1.5">
      {onConnect && (
        <Button aria-keyshortcuts="c" icon={Cable} onClick={onConnect}>
          {actions.connect}
        </Button>
      )}
      {mayAsk(space, 'start') && (
        <Button icon={Play} onClick={ask('start')}>
          {actions.start}
        </Button>
      )}
      {mayAsk(space, 'restart') && (
        <Button className="max-sm:hidden" icon={RotateCw} kind="quiet" onClick={ask('restart')}>
          {actions.restart}
        </Button>
      )}
      {mayAsk(space, 'stop') && space.state !== 'failed' && (
        <Button icon={Square} onClick={ask('stop')}>
          {actions.stop}
        </Button>
      )}
      <SpaceMenu mine={onConnect !== undefined} space={space} />
    </div>
  )
}
