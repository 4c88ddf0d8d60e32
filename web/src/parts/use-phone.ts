// Whether the page is as narrow as a phone, where it is not only laid out differently.

import { useSyncExternalStore } from 'react'

/** Tailwind's `sm`. */
const phones = window.matchMedia('(max-width: 639px)')

function subscribe(listener: () => void): () => void {
  phones.addEventListener('change', listener)
  return () => phones.removeEventListener('change', listener)
}

export const usePhone = (): boolean => useSyncExternalStore(subscribe, () => phones.matches)
