// The settings as `--help` lists them.

import {
  fallbackOf,
  isSwitch,
  keyOf,
  type SettingName,
  settingNames,
  settings,
} from '../server/config/settings.ts'
import { surroundings } from '../server/config/surroundings.ts'

export function settingsHelp(): string {
  const rows = [
    ['--config FILE', 'a YAML file of settings'] as const,
    ...settingNames.map((name) => [flag(name), description(name)] as const),
  ]
  const width = Math.max(...rows.map(([left]) => left.length))
  const lines = rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`)
  return `\nSettings (also as variables and in YAML, see docs/settings.md):\n${lines.join('\n')}`
}

function flag(name: SettingName): string {
  return isSwitch(name) ? `--${keyOf(name)}` : `--${keyOf(name)} ${settings[name].placeholder}`
}

function description(name: SettingName): string {
  const where = surroundings()
  const fallback = isSwitch(name) ? undefined : fallbackOf(name, where)
  return `${settings[name].description}${fallback ? ` [${fallback}]` : ''}`
}
