// Short news about something that was just done, or that failed. At most three at once; bad news stays until read.

import { shown } from '../net/request.ts'
import { Store } from '../net/store.ts'

export interface Toast {
  readonly id: number
  readonly text: string
  readonly hint?: string
  readonly code?: string
  readonly tone: 'good' | 'bad'
  /** One thing that can be done about it, e.g. taking it back. */
  readonly action?: { readonly text: string; readonly run: () => void }
}

const MAX_TOASTS = 3
const GOOD_SHOWN_MS = 4_000
const BAD_SHOWN_MS = 15_000
/** Long enough to be read, thought about and reached by key. */
const ACTION_SHOWN_MS = 15_000

export const toasts = new Store<readonly Toast[]>([])
let nextId = 1

export function toast(news: Omit<Toast, 'id'>): void {
  const id = nextId++
  toasts.set([...toasts.get(), { ...news, id }].slice(-MAX_TOASTS))
  setTimeout(() => dismiss(id), shownMs(news))
}

function shownMs({ tone, action }: Omit<Toast, 'id'>): number {
  if (action) return ACTION_SHOWN_MS
  return tone === 'good' ? GOOD_SHOWN_MS : BAD_SHOWN_MS
}

export const toastError = (caught: unknown): void => {
  const { message, hint, code } = shown(caught)
  toast({ text: message, hint, code, tone: 'bad' })
}

export function dismiss(id: number): void {
  toasts.set(toasts.get().filter((each) => each.id !== id))
}
