// Puts the chosen theme on the document, and follows the system when that is the choice. first/theme.js does the
// same once before the first paint.

import { useSyncExternalStore } from 'react'
import { Store } from '../net/store.ts'
import { preferences } from './preferences.ts'

const system = window.matchMedia('(prefers-color-scheme: dark)')

const effective = (): 'light' | 'dark' => {
  const { theme } = preferences.get()
  return theme === 'system' ? (system.matches ? 'dark' : 'light') : theme
}

export const shownTheme = new Store(effective())

export function followTheme(): void {
  const apply = () => {
    document.documentElement.dataset.theme = effective()
    shownTheme.set(effective())
  }
  preferences.subscribe(apply)
  system.addEventListener('change', apply)
  apply()
}

export const useShownTheme = () => useSyncExternalStore(shownTheme.subscribe, shownTheme.get)
