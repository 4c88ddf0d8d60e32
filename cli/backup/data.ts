// The data folder of a command that has flags of its own beside the settings, and where the records are.

import { loadConfig } from '../../server/config/load.ts'
import type { StoreAddress } from '../../server/store/address.ts'

export interface DataOptions {
  readonly data?: string
  readonly store?: string
  readonly config?: string
}

export interface Data {
  readonly data: string
  readonly store: StoreAddress
}

/** As the server would find them. Throws `config_unknown` or `config_invalid`. */
export function dataOf(options: DataOptions): Data {
  const flags = (['data', 'store', 'config'] as const).flatMap((name) => {
    const value = options[name]
    return value === undefined ? [] : [`--${name}`, value]
  })
  const { data, store } = loadConfig({ words: flags }).config
  return { data, store }
}

/** Throws as `dataOf`. */
export const dataFolder = (options: DataOptions): string => dataOf(options).data
