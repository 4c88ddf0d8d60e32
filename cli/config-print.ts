// `skein config print`: every setting, its value and where that came from.

import { loadConfig } from '../server/config/load.ts'
import { printedSettings, table } from '../server/config/print.ts'
import { print } from './output.ts'

export function configPrint(words: readonly string[], asJson: boolean): number {
  const rows = printedSettings(loadConfig({ words }))
  print(asJson, { settings: rows }, () => table(rows))
  return 0
}
