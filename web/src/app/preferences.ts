// What this browser remembers for its reader. Nothing here is worth sending to a server.

import { useSyncExternalStore } from 'react'
import { Store } from '../net/store.ts'

export type Theme = 'system' | 'light' | 'dark'

export interface Preferences {
  readonly theme: Theme
  readonly terminalFontPx: number
  /** Programs may write to the clipboard with OSC 52. */
  readonly terminalClipboard: boolean
  readonly railOpen: boolean
  /** When each space's terminal was last opened here, milliseconds since 1970. */
  readonly usedAt: Readonly<Record<string, number>>
}

export const FONT_PX_MIN = 9
export const FONT_PX_MAX = 24
/** The spaces remembered; the oldest are forgotten first. */
const MAX_USED = 200
/** Shared with first/theme.js. */
const KEY = 'skein.preferences'

const defaults: Preferences = {
  theme: 'system',
  terminalFontPx: 13,
  terminalClipboard: false,
  railOpen: true,
  usedAt: {},
}

function load(): Preferences {
  try {
    return { ...defaults, ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as object) }
  } catch {
    return defaults
  }
}

export const preferences = new Store<Preferences>(load())

export function prefer(change: Partial<Preferences>): void {
  preferences.set({ ...preferences.get(), ...change })
  try {
    localStorage.setItem(KEY, JSON.stringify(preferences.get()))
  } catch {
    // A browser that forbids storage keeps them until the tab closes.
  }
}

export const usePreferences = (): Preferences =>
  useSyncExternalStore(preferences.subscribe, preferences.get)

export function markUsed(spaceId: string): void {
  const { usedAt } = preferences.get()
  const newest = Object.entries({ ...usedAt, [spaceId]: Date.now() })
    .sort(([, a], [, b]) => b - a)
    .slice(0, MAX_USED)
  prefer({ usedAt: Object.fromEntries(newest) })
}
