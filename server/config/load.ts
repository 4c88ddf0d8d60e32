// Reads what config.ts decides on: this process's arguments and environment, and the YAML file.

import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseDocument } from 'yaml'
import { SkeinError } from '#protocol/errors.ts'
import { absoluteStore } from '../store/address.ts'
import { type Resolved, resolveConfig } from './config.ts'
import { parseFlags } from './flags.ts'
import type { Config } from './settings.ts'
import { surroundings } from './surroundings.ts'

/** The largest YAML file that is read, bytes; there are a dozen settings. */
const MAX_FILE_BYTES = 256 * 1024

export interface LoadOptions {
  /** The words after the command's name. */
  readonly words: readonly string[]
  readonly env?: Readonly<Record<string, string | undefined>>
}

/** Throws `config_unknown` or `config_invalid`. Paths become absolute. */
export function loadConfig({ words, env = process.env }: LoadOptions): Resolved {
  const flags = parseFlags(words)
  const path = flags.file ?? env.SKEIN_CONFIG
  const { config, origins } = resolveConfig({
    ...surroundings(env),
    flags,
    readFile: (file) => readFileSync(file, 'utf8'),
    ...(path === undefined ? {} : { file: { path, values: readYaml(path) } }),
  })
  return { config: { ...config, ...absolute(config) }, origins }
}

/** Whoever starts a child or reloads may stand in another folder. */
function absolute({ data, store, tlsCert, tlsKey, engines }: Config): Partial<Config> {
  return {
    data: resolve(data),
    store: absoluteStore(store, resolve),
    engines: engines.map((one) =>
      one.tls === undefined ? one : { ...one, tls: resolve(one.tls) },
    ),
    ...(tlsCert !== undefined && { tlsCert: resolve(tlsCert) }),
    ...(tlsKey !== undefined && { tlsKey: resolve(tlsKey) }),
  }
}

function readYaml(path: string): Record<string, unknown> {
  const document = parseDocument(readText(path), { prettyErrors: true })
  const problem = document.errors[0]
  if (problem !== undefined) throw invalid(path, problem.message.split('\n')[0] ?? 'no YAML')
  const values: unknown = document.toJS() ?? {}
  if (typeof values !== 'object' || values === null || Array.isArray(values)) {
    throw invalid(path, 'it is not a list of `key: value` lines')
  }
  return values as Record<string, unknown>
}

function readText(path: string): string {
  try {
    const text = readFileSync(path, 'utf8')
    if (text.length <= MAX_FILE_BYTES) return text
  } catch (error) {
    throw invalid(path, 'it cannot be read', error)
  }
  throw invalid(path, `it is larger than ${MAX_FILE_BYTES} bytes`)
}

function invalid(path: string, reason: string, cause?: unknown): SkeinError {
  return new SkeinError('config_invalid', { key: 'config', reason, source: path }, cause)
}
