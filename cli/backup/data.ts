// The data folder of a command that has flags of its own beside the settings.

import { loadConfig } from '../../server/config/load.ts'

export interface DataOptions {
  readonly data?: string
  readonly config?: string
}

/** As the server would find it. Throws `config_unknown` or `config_invalid`. */
export function dataFolder({ data, config }: DataOptions): string {
  const words = [
    ...(data === undefined ? [] : ['--data', data]),
    ...(config === undefined ? [] : ['--config', config]),
  ]
  return loadConfig({ words }).config.data
}
