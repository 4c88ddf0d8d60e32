// What may be asked of a space in each state, and what it looks like between the click and the answer. Pure.

import type { Space, SpaceState } from '#protocol/api/spaces.ts'
import { words } from '../words.ts'
import { mayDelete, mayManage } from './standing.ts'

export type SpaceAction = 'start' | 'stop' | 'restart' | 'delete'

const allowed: Record<SpaceState, readonly SpaceAction[]> = {
  stopped: ['start', 'delete'],
  pulling: ['stop', 'delete'],
  starting: ['stop', 'delete'],
  running: ['stop', 'restart', 'delete'],
  stopping: ['delete'],
  deleting: [],
  failed: ['start', 'stop', 'delete'],
}

export const mayAsk = (space: Space, action: SpaceAction): boolean =>
  allowed[space.state].includes(action) &&
  (action === 'delete' ? mayDelete(space) : mayManage(space))

const next: Record<SpaceAction, SpaceState> = {
  start: 'starting',
  stop: 'stopping',
  restart: 'stopping',
  delete: 'deleting',
}

/** The space as it will be told a moment later; the real answer replaces it. */
export function asked(space: Space, action: SpaceAction, at: string): Space {
  const { failure: _failure, ...rest } = space
  const desired = action === 'delete' ? 'deleted' : action === 'stop' ? 'stopped' : 'running'
  return { ...rest, state: next[action], desired, since: at, reason: words.spaces.asked[action] }
}

export const isMoving = (state: SpaceState): boolean =>
  state === 'pulling' || state === 'starting' || state === 'stopping' || state === 'deleting'
