// The configuration as a person reads it: each setting, its value, and where that came from.

import { storeText } from '../store/address.ts'
import type { Resolved } from './config.ts'
import { engineText } from './engines.ts'
import { keyOf, type SettingName, settingNames } from './settings.ts'

export interface PrintedSetting {
  readonly key: string
  readonly value: string
  readonly origin: string
}

/** Their values are shown to nobody. */
const SECRET: readonly SettingName[] = ['storePassword']

export function printedSettings({ config, origins }: Resolved): readonly PrintedSetting[] {
  return settingNames.map((name) => ({
    key: keyOf(name),
    value: SECRET.includes(name) && config[name] !== undefined ? '…' : shown(config[name]),
    origin: origins[name],
  }))
}

function shown(value: Resolved['config'][SettingName]): string {
  if (value === undefined) return '-'
  if (typeof value !== 'object') return String(value)
  if ('kind' in value) return storeText(value)
  if ('host' in value)
    return `${value.host.includes(':') ? `[${value.host}]` : value.host}:${value.port}`
  const texts = value.map((one) => (typeof one === 'string' ? one : engineText(one)))
  return texts.length > 0 ? texts.join(', ') : '-'
}

export function table(rows: readonly PrintedSetting[]): string {
  const width = (key: 'key' | 'value') => Math.max(...rows.map((row) => row[key].length))
  const [keys, values] = [width('key'), width('value')]
  const line = ({ key, value, origin }: PrintedSetting) =>
    `${key.padEnd(keys)}  ${value.padEnd(values)}  ${origin}`
  return rows.map(line).join('\n')
}
