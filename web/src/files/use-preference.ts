// What stays as it was chosen: whether hidden files are shown, and the order of the list.

import { useSyncExternalStore } from 'react'
import { Store } from '../net/store.ts'
import { defaultOrder, type Order, sortColumns } from './order.ts'

export interface ListPreference {
  readonly hidden: boolean
  readonly order: Order
}

const KEY = 'skein.files'
const fallback: ListPreference = { hidden: false, order: defaultOrder }

function read(): ListPreference {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<ListPreference>
    const column = sortColumns.find((name) => name === kept.order?.column)
    return {
      hidden: kept.hidden === true,
      order: column ? { column, descending: kept.order?.descending === true } : defaultOrder,
    }
  } catch {
    return fallback
  }
}

const store = new Store<ListPreference>(read())

export const useListPreference = (): ListPreference =>
  useSyncExternalStore(store.subscribe, store.get)

export function prefer(change: Partial<ListPreference>): void {
  store.set({ ...store.get(), ...change })
  try {
    localStorage.setItem(KEY, JSON.stringify(store.get()))
  } catch {
    // A browser without storage forgets it with the tab.
  }
}
