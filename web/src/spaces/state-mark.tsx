// What a space is doing: a shape, a colour and a word, so that none of them is the only sign.

import type { Space, SpaceState } from '#protocol/api/spaces.ts'
import { cx } from '../parts/class.ts'
import { Sign } from '../parts/sign.tsx'
import { words } from '../words.ts'

const colours: Record<SpaceState, string> = {
  stopped: 'text-ink-3',
  pulling: 'text-violet',
  starting: 'text-violet',
  running: 'text-green',
  stopping: 'text-amber',
  deleting: 'text-amber',
  failed: 'text-red',
}

export function StateDot({ state }: { readonly state: SpaceState }) {
  return (
    <Sign className={colours[state]}>
      <Shape state={state} />
    </Sign>
  )
}

function Shape({ state }: { readonly state: SpaceState }) {
  switch (state) {
    case 'running':
      return <circle cx={6} cy={6} fill="currentColor" r={3.5} stroke="none" />
    case 'stopped':
      return <circle cx={6} cy={6} r={3.5} />
    case 'failed':
      return <path d="M3 3l6 6M9 3L3 9" strokeWidth={2.2} />
    case 'pulling':
    case 'starting':
    case 'stopping':
    case 'deleting':
      return (
        <g className="turning origin-center">
          <circle cx={6} cy={6} opacity={0.3} r={4.2} />
          <path d="M6 1.8A4.2 4.2 0 0 1 10.2 6" />
        </g>
      )
  }
}

export function StateMark({ state }: { readonly state: SpaceState }) {
  return (
    <span className={cx('inline-flex items-center gap-1.5 font-medium text-sm', colours[state])}>
      <StateDot state={state} />
      {words.states[state]}
    </span>
  )
}

/** Whether its reason says more than its state: “It was stopped.” does not. */
export const tellsMore = ({ state, reason }: Space): boolean =>
  state !== 'running' && reason !== '' && reason.toLowerCase() !== `it was ${state}.`
