// Settings on the command line. Parsed here and not by the command's library, so that a wrong flag fails with the
// same coded error and hint as a wrong variable or YAML key.

import { SkeinError } from '#protocol/errors.ts'
import { nearest } from './nearest.ts'
import { isSwitch, keyOf, mayRepeat, type SettingName, settingNames } from './settings.ts'

export interface Flags {
  readonly values: ReadonlyMap<SettingName, string>
  /** The YAML file, `--config`. */
  readonly file?: string
}

const byKey = new Map(settingNames.map((name) => [keyOf(name), name]))

/**
 * Reads `--key value`, `--key=value` and bare switches. Throws `config_unknown` for a flag that does not exist and
 * `config_invalid` for one without its value.
 */
export function parseFlags(words: readonly string[]): Flags {
  const values = new Map<SettingName, string>()
  const rest = [...words]
  let file: string | undefined
  while (rest.length > 0) {
    const word = rest.shift() ?? ''
    const { key, given } = split(word)
    const name = byKey.get(key)
    if (name === undefined && key !== 'config') throw unknown(word)
    const isBare = name !== undefined && isSwitch(name)
    const value = given ?? (isBare ? 'true' : rest.shift())
    if (value === undefined) throw missing(key)
    if (name === undefined) file = value
    else values.set(name, mayRepeat(name) ? joined(values.get(name), value) : value)
  }
  return { values, ...(file === undefined ? {} : { file }) }
}

/** A flag that is given again adds to the list. */
const joined = (before: string | undefined, value: string): string =>
  before === undefined ? value : `${before},${value}`

function split(word: string): { key: string; given?: string } {
  const match = /^--([a-z-]+)(?:=(.*))?$/s.exec(word)
  if (match?.[1] === undefined) throw unknown(word)
  return { key: match[1], ...(match[2] === undefined ? {} : { given: match[2] }) }
}

function unknown(word: string): SkeinError {
  const candidates = ['config', ...byKey.keys()]
  // Its value may be a secret.
  const flag = word.split('=')[0] ?? ''
  const key = flag.replace(/^-*/, '')
  return new SkeinError('config_unknown', { key: flag, nearest: `--${nearest(key, candidates)}` })
}

function missing(key: string): SkeinError {
  return new SkeinError('config_invalid', {
    key: `--${key}`,
    reason: 'it has no value',
    source: 'the command line',
  })
}
