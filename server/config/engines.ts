// The Docker engines of a peer: one by its address (`docker`), or several by their names (`engines`), each with where it
// stands, what it has and how much it may take. Flags and variables give an engine as one line, a URL whose query is the
// rest; YAML may give it as a mapping of the same words.

import { z } from 'zod'
import { SkeinError } from '#protocol/errors.ts'
import { labelsSchema, MAX_LABELS } from '#protocol/placement.ts'
import { quantities } from '../templates/quantities.ts'
import type { Config, SettingName } from './settings.ts'

/** Each has a loop of its own and a handful of connections. */
export const MAX_ENGINES = 32

export interface EngineSetting {
  /** How people call it; without one it is called what it calls itself. */
  readonly name?: string
  /** `unix://`, `tcp://` or `ssh://`. */
  readonly address: string
  readonly zone?: string
  readonly labels: Readonly<Record<string, string>>
  /** A folder with `ca.pem`, `cert.pem` and `key.pem`, as Docker’s own client has it: the engine is spoken to in TLS. */
  readonly tls?: string
  /** The most spaces that are placed on it. */
  readonly maxSpaces?: number
  /** The most memory that spaces which run on it are promised together, bytes. */
  readonly maxMemoryBytes?: number
}

const NAME = /^[a-z0-9]([a-z0-9.-]{0,30}[a-z0-9])?$/
const LINE = /^(?:([a-z0-9.-]+)=)?(.+)$/s

/** An address that an engine may have, with a socket’s bare path as `unix://`; undefined for any other text. */
export function engineAddressOf(value: string): string | undefined {
  const text = value.trim()
  if (text.startsWith('/')) return `unix://${text}`
  const url = URL.parse(text)
  if (url?.protocol === 'unix:' && url.hostname === '' && url.pathname.length > 1) return text
  const isRemote = url?.protocol === 'tcp:' || url?.protocol === 'ssh:'
  return isRemote && url.hostname !== '' && !url.hostname.startsWith('-') ? text : undefined
}

const whole = z.coerce.number().int().min(1).max(100_000)

const mapping = z.strictObject({
  name: z.string(),
  address: z.string(),
  zone: z.string().trim().min(1).max(64).optional(),
  labels: labelsSchema.default({}),
  tls: z.string().min(1).optional(),
  spaces: whole.optional(),
  memory: z.union([z.string(), z.number().transform(String)]).optional(),
})
type Mapping = z.input<typeof mapping>

/** One line, `NAME=ADDRESS?zone=…&label=KEY:VALUE`, or a mapping. */
const engine = z.union([z.string(), mapping]).transform((given, context): EngineSetting => {
  try {
    return settled(mapping.parse(typeof given === 'string' ? fromLine(given) : given))
  } catch (error) {
    context.addIssue({ code: 'custom', message: reasonOf(error) })
    return z.NEVER
  }
})

/** A list of engines: YAML, or lines separated by commas. */
export const engineList = z
  .union([
    z.array(z.unknown()),
    z.string().transform((text) =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    ),
  ])
  .pipe(z.array(engine).max(MAX_ENGINES, `it has more than ${MAX_ENGINES} entries`))
  .refine(
    (all) => new Set(all.map(({ name }) => name)).size === all.length,
    'two engines have one name',
  )

function fromLine(line: string): Mapping {
  const [, name, rest = ''] = LINE.exec(line.trim()) ?? []
  if (name === undefined) throw new Refused(`“${line}” is not NAME=ADDRESS`)
  const at = rest.indexOf('?')
  const query = new URLSearchParams(at < 0 ? '' : rest.slice(at + 1))
  const { label: _, ...others } = Object.fromEntries(query)
  const labels = query.getAll('label').map((text): [string, string] => {
    const [key = '', ...value] = text.split(':')
    return [key, value.join(':')]
  })
  const address = at < 0 ? rest : rest.slice(0, at)
  return { ...others, name, address, labels: Object.fromEntries(labels) } as Mapping
}

function settled(given: z.output<typeof mapping>): EngineSetting {
  const { name, zone, labels, tls, spaces, memory } = given
  if (!NAME.test(name)) throw new Refused(`“${name}” is no name: up to 32 of a-z, 0-9, - and .`)
  const address = engineAddressOf(given.address)
  if (address === undefined) {
    throw new Refused(
      `the address of ${name} is neither a socket’s path nor unix://, tcp://, ssh://`,
    )
  }
  if (tls !== undefined && !address.startsWith('tcp:')) {
    throw new Refused(`${name} has tls, which only tcp:// takes`)
  }
  const maxMemoryBytes = memory === undefined ? undefined : quantities.size.read(memory)
  if (memory !== undefined && maxMemoryBytes === undefined) {
    throw new Refused(`the memory of ${name} is not ${quantities.size.shape}`)
  }
  return {
    ...{ name, address, labels },
    ...(zone !== undefined && { zone }),
    ...(tls !== undefined && { tls }),
    ...(spaces !== undefined && { maxSpaces: spaces }),
    ...(maxMemoryBytes !== undefined && { maxMemoryBytes }),
  }
}

class Refused extends Error {}

function reasonOf(error: unknown): string {
  if (error instanceof Refused) return error.message
  const issue = error instanceof z.ZodError ? error.issues[0] : undefined
  const where = issue?.path.join('.') ?? ''
  if (where === 'labels') return `labels are at most ${MAX_LABELS} short words with short values`
  return `an engine has a name, an address and perhaps zone, labels, tls, spaces and memory (${where || 'it'}: ${issue?.message ?? 'does not fit'})`
}

/** The engines of a configuration: those with names, else the one of `docker`, which stands where the peer stands. */
export function enginesOf({ docker, engines, zone }: Config): readonly EngineSetting[] {
  const own = zone === undefined ? {} : { zone }
  if (engines.length > 0) return engines.map((one) => ({ ...own, ...one }))
  return [{ ...own, address: docker, labels: {} }]
}

/** Throws `config_invalid` where the engines are given in both ways. */
export function refuseTwoWays(
  { engines }: Config,
  origins: Partial<Readonly<Record<SettingName, string>>>,
): void {
  if (engines.length === 0 || origins.docker === undefined || origins.docker === 'default') return
  const reason = '--engines is given as well; name this engine there'
  throw new SkeinError('config_invalid', { key: 'docker', reason, source: origins.docker })
}

/** As a person would write it on the command line. */
export function engineText({ name, address, ...rest }: EngineSetting): string {
  const query = new URLSearchParams()
  if (rest.zone !== undefined) query.set('zone', rest.zone)
  for (const [key, value] of Object.entries(rest.labels)) {
    query.append('label', value === '' ? key : `${key}:${value}`)
  }
  if (rest.tls !== undefined) query.set('tls', rest.tls)
  if (rest.maxSpaces !== undefined) query.set('spaces', String(rest.maxSpaces))
  if (rest.maxMemoryBytes !== undefined) query.set('memory', `${rest.maxMemoryBytes}`)
  const text = decodeURIComponent(query.toString())
  return `${name === undefined ? '' : `${name}=`}${address}${text === '' ? '' : `?${text}`}`
}
