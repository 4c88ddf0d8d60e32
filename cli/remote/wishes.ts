// `skein spaces create|start|stop|restart|delete`: a wish, and its coming true.

import { type ParameterValue, parameterValueSchema } from '#protocol/api/spaces.ts'
import { SkeinError } from '#protocol/errors.ts'
import { newId } from '#protocol/ids.ts'
import { isSpaceName } from '#protocol/names.ts'
import { print } from '../output.ts'
import { intentSchema, type RemoteSpace, templatesSchema } from './answers.ts'
import type { Wish } from './arrived.ts'
import { findSpace } from './find-space.ts'
import { follow } from './follow.ts'
import type { Remote } from './remote.ts'
import { describe } from './spaces.ts'

export interface WishOptions {
  /** False: the wish is made and not waited for. */
  readonly wait: boolean
}

export interface CreateOptions extends WishOptions {
  readonly template?: string
  readonly param: readonly string[]
}

export async function wish(
  remote: Remote,
  wanted: Wish,
  name: string,
  { wait }: WishOptions,
): Promise<number> {
  const before = await findSpace(remote, name)
  const { id } = before
  const operation =
    wanted === 'delete' ? 'DELETE /spaces/:id' : (`POST /spaces/:id/${wanted}` as const)
  const intent = await remote.call(operation, { params: { id }, answer: intentSchema })
  const { intentId } = intent
  const space = wait ? await follow(remote, { id, intentId, wish: wanted, before }) : intent.space
  tell(remote, space, `${before.name} is deleted.`)
  return 0
}

export async function createSpace(
  remote: Remote,
  name: string,
  { template, param, wait }: CreateOptions,
): Promise<number> {
  if (!isSpaceName(name)) throw new SkeinError('name_invalid', { name: name.slice(0, 100) })
  const templateId = await findTemplate(remote, template)
  const id = newId<'space'>()
  const body = { id, name, templateId, parameters: readParameters(param) }
  const intent = await remote.call('POST /spaces', { body, answer: intentSchema })
  const { intentId } = intent
  const followed = { id, intentId, wish: 'start', before: undefined } as const
  tell(remote, wait ? await follow(remote, followed) : intent.space, '')
  return 0
}

function tell({ asJson }: Remote, space: RemoteSpace | undefined, gone: string): void {
  print(asJson, space ?? null, () => (space ? describe(space) : gone))
}

/** A template by name or id; without either, the only one there is. */
async function findTemplate(remote: Remote, wanted: string | undefined): Promise<string> {
  const { templates } = await remote.call('GET /templates', { answer: templatesSchema })
  const fits = (name: string) => name.toLowerCase() === wanted?.toLowerCase()
  const [first, ...rest] = templates.filter(
    ({ id, name }) => wanted === undefined || id === wanted || fits(name),
  )
  if (first && rest.length === 0) return first.id
  const names = templates.map(({ name }) => `“${name}”`).join(', ') || 'none'
  if (wanted !== undefined && !first)
    throw new SkeinError('not_found', { thing: `template “${wanted}” (there are: ${names})` })
  throw new SkeinError('bad_request', { reason: `say which template with --template: ${names}` })
}

/** `NAME=VALUE`; a value that is JSON (a number, true, a list) is that, anything else is text. */
export function readParameters(words: readonly string[]): Record<string, ParameterValue> {
  const pairs = words.map((word): [string, ParameterValue] => {
    const at = word.indexOf('=')
    if (at < 1) throw new SkeinError('bad_request', { reason: `--param ${word} is not NAME=VALUE` })
    return [word.slice(0, at), readValue(word.slice(at + 1))]
  })
  return Object.fromEntries(pairs)
}

function readValue(text: string): ParameterValue {
  try {
    const parsed = parameterValueSchema.safeParse(JSON.parse(text))
    return parsed.success ? parsed.data : text
  } catch {
    return text
  }
}
