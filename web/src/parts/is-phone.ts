// Whether the window is as narrow as a phone's: what is measured in pixels then differs, and not only how it looks.

import { useSyncExternalStore } from 'react'

/** Tailwind's `sm`. */
const phones = window.matchMedia('(max-width: 639px)')

function subscribe(listener: () => void): () => void {
  phones.addEventListener('change', listener)
  return () => phones.removeEventListener('change', listener)
}

export const useIsPhone = (): boolean => useSyncExternalStore(subscribe, () => phones.matches)
