// One configuration out of flags, environment and file, in that order of strength, each value with where it came
// from. Pure: what is read from disk is handed in.

import { SkeinError } from '#protocol/errors.ts'
import { refuseTwoWays } from './engines.ts'
import type { Flags } from './flags.ts'
import {
  refuseHalfOfTls,
  refuseLoneAppsDomain,
  refuseOpenHttp,
  refuseOwnAppsDomain,
} from './https.ts'
import { nearest } from './nearest.ts'
import {
  type Config,
  fallbackOf,
  keyOf,
  type SettingName,
  type Surroundings,
  settingNames,
  settings,
  variableOf,
} from './settings.ts'

export interface Inputs extends Surroundings {
  readonly flags: Flags
  /** The YAML file's top level, and its name for messages. */
  readonly file?: { readonly path: string; readonly values: Readonly<Record<string, unknown>> }
  readonly readFile: (path: string) => string
}

export interface Resolved {
  readonly config: Config
  /** Where each value came from, as a person would say it. */
  readonly origins: Readonly<Record<SettingName, string>>
}

interface Given {
  readonly value: unknown
  readonly origin: string
}

/**
 * Variables that begin with SKEIN_ and are not settings: Kubernetes sets `SKEIN_PORT…` and `SKEIN_SERVICE_…` for a
 * service called skein, Skein sets some in its spaces (someone may develop Skein inside one), its tests set others, the key
 * of backups is no server's to know, and the rest is what tells laptops' commands where to go, which run here as well.
 */
const NOT_SETTINGS =
  /^SKEIN_(CONFIG|BACKUP_KEY_FILE|URL|TOKEN|CA|BIN|DEBUG|PORT(_.*)?|SERVICE_(HOST|PORT)(_.*)?|AGENT|SPACE(_.*)?|USER|DEV_.*|TEST_.*)$/

/** Throws `config_unknown` or `config_invalid` for the first setting that is wrong. */
export function resolveConfig(inputs: Inputs): Resolved {
  refuseUnknown(inputs)
  const values: Partial<Record<SettingName, unknown>> = {}
  const origins: Partial<Record<SettingName, string>> = {}
  for (const name of settingNames) {
    const { value, origin } = find(name, inputs)
    values[name] = check(name, value, origin)
    origins[name] = origin
  }
  const config = values as Config
  refuseTwoWays(config, origins)
  refuseHalfOfTls(config, origins)
  refuseLoneAppsDomain(config, origins)
  refuseOwnAppsDomain(config, origins)
  refuseOpenHttp(config, origins)
  return { config: withPassword(config, origins), origins: origins as Record<SettingName, string> }
}

/** The password comes in the address, in a file that it names, or by a setting of its own. */
function withPassword(
  config: Config,
  origins: Readonly<Partial<Record<SettingName, string>>>,
): Config {
  const { store, storePassword: password } = config
  if (password === undefined) return config
  const refuse = (reason: string) => invalid('storePassword', reason, origins.storePassword ?? '')
  if (store.kind === 'sqlite') throw refuse('a file has no password')
  if (store.password !== undefined || store.passwordFile !== undefined) {
    throw refuse('the address in --store brings one already')
  }
  return { ...config, store: { ...store, password } }
}

function refuseUnknown({ env, file }: Inputs): void {
  const variables = settingNames.flatMap((name) => [variableOf(name), `${variableOf(name)}_FILE`])
  for (const key of Object.keys(env)) {
    if (!key.startsWith('SKEIN_') || NOT_SETTINGS.test(key) || variables.includes(key)) continue
    throw new SkeinError('config_unknown', { key, nearest: nearest(key, variables) })
  }
  const keys = settingNames.map(keyOf)
  for (const key of Object.keys(file?.values ?? {})) {
    if (keys.includes(key)) continue
    throw new SkeinError('config_unknown', { key, nearest: nearest(key, keys) })
  }
}

function find(name: SettingName, inputs: Inputs): Given {
  const flag = inputs.flags.values.get(name)
  if (flag !== undefined) return { value: flag, origin: `flag --${keyOf(name)}` }
  const fromEnvironment = findVariable(name, inputs)
  if (fromEnvironment !== undefined) return fromEnvironment
  const { file } = inputs
  const key = keyOf(name)
  if (file !== undefined && Object.hasOwn(file.values, key)) {
    return { value: file.values[key], origin: `file ${file.path}` }
  }
  return { value: fallbackOf(name, inputs), origin: 'default' }
}

function findVariable(name: SettingName, { env, readFile }: Inputs): Given | undefined {
  const variable = variableOf(name)
  const direct = env[variable]
  const path = env[`${variable}_FILE`]
  if (direct !== undefined && path !== undefined) {
    throw invalid(name, `both ${variable} and ${variable}_FILE are set`, 'the environment')
  }
  if (direct !== undefined) return { value: direct, origin: `variable ${variable}` }
  if (path === undefined) return undefined
  try {
    const value = readFile(path).replace(/\r?\n$/, '')
    return { value, origin: `file ${path} (${variable}_FILE)` }
  } catch (error) {
    throw invalid(name, `${path} cannot be read`, `${variable}_FILE`, error)
  }
}

function check(name: SettingName, value: unknown, origin: string): unknown {
  const result = settings[name].schema.safeParse(value)
  if (result.success) return result.data
  throw invalid(name, result.error.issues[0]?.message ?? 'it does not fit', origin)
}

function invalid(name: SettingName, reason: string, source: string, cause?: unknown): SkeinError {
  return new SkeinError('config_invalid', { key: keyOf(name), reason, source }, cause)
}
