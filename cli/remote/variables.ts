// `skein var` and `skein secret`: one’s own, or with an option the server’s, a template’s or a group’s. A secret never
// stands on the command line, where every process of the machine could read it.

import { buffer } from 'node:stream/consumers'
import type { ReadStream } from 'node:tty'
import { z } from 'zod'
import { MAX_VARIABLE_CHARS } from '#protocol/api/variable-limits.ts'
import { SkeinError } from '#protocol/errors.ts'
import { print } from '../output.ts'
import { columns } from './columns.ts'
import type { Remote } from './remote.ts'
import { RemoteStatus } from './status.ts'
import { decodeText } from './template-file.ts'
import { allTemplates } from './templates.ts'
import { CANCELLED, typeSecret } from './type-secret.ts'

export interface ScopeOptions {
  readonly global?: true
  readonly template?: string
  readonly group?: string
}

const variableSchema = z.object({
  name: z.string(),
  isSecret: z.boolean(),
  value: z.string().optional(),
})
const listSchema = z.object({ variables: z.array(variableSchema) })
const groupsSchema = z.object({ groups: z.array(z.object({ id: z.string(), name: z.string() })) })

export async function listVariables(remote: Remote, options: ScopeOptions): Promise<number> {
  const { of, id } = await shelfOf(remote, options)
  const wanted = { params: { id }, answer: listSchema }
  const answer = await remote.call(`GET ${of}/variables`, wanted)
  print(remote.asJson, answer, () =>
    answer.variables.length === 0
      ? 'No variables here.'
      : columns(
          answer.variables.map(({ name, isSecret, value }) => [name, shown(isSecret, value)]),
        ),
  )
  return RemoteStatus.ok
}

const shown = (isSecret: boolean, value = '?'): string => (isSecret ? '(secret)' : value)

export const setVariable = (
  remote: Remote,
  name: string,
  value: string,
  options: ScopeOptions,
): Promise<number> => put(remote, name, { value, isSecret: false }, options)

export async function setSecret(
  remote: Remote,
  name: string,
  options: ScopeOptions,
): Promise<number> {
  const value = process.stdin.isTTY ? await typed(process.stdin) : await piped()
  if (value === undefined) return CANCELLED
  return put(remote, name, { value, isSecret: true }, options)
}

const typed = (input: ReadStream): Promise<string | undefined> =>
  typeSecret(input, (text) => process.stderr.write(text), {
    prompt: 'The secret, which is not shown, then Enter: ',
    maxChars: MAX_VARIABLE_CHARS,
  })

async function piped(): Promise<string> {
  const bytes = await buffer(process.stdin)
  if (bytes.length > 4 * MAX_VARIABLE_CHARS) {
    throw new SkeinError('too_large', {
      thing: 'secret',
      limit: `${MAX_VARIABLE_CHARS} characters`,
    })
  }
  return decodeText(bytes, 'The secret').replace(/\r?\n$/, '')
}

export async function removeVariable(
  remote: Remote,
  name: string,
  options: ScopeOptions,
): Promise<number> {
  const { of, id } = await shelfOf(remote, options)
  const wanted = { params: { id, name }, answer: z.unknown() }
  await remote.call(`DELETE ${of}/variables/:name`, wanted)
  print(remote.asJson, {}, () => `${name} is removed.`)
  return RemoteStatus.ok
}

async function put(
  remote: Remote,
  name: string,
  body: { readonly value: string; readonly isSecret: boolean },
  options: ScopeOptions,
): Promise<number> {
  const { of, id } = await shelfOf(remote, options)
  const wanted = { params: { id, name }, body, answer: variableSchema }
  const answer = await remote.call(`PUT ${of}/variables/:name`, wanted)
  print(remote.asJson, answer, () => `${name} is set; spaces get it when they start.`)
  return RemoteStatus.ok
}

interface Shelf {
  /** Where its variables are, as the API's table names it. */
  readonly of: '' | '/me' | '/templates/:id' | '/groups/:id'
  readonly id: string
}

/** Rejects with `bad_request` for two scopes at once, and with `not_found`. */
async function shelfOf(remote: Remote, { global, template, group }: ScopeOptions): Promise<Shelf> {
  const given = [global, template, group].filter((one) => one !== undefined)
  if (given.length > 1) {
    const reason = 'give one of --global, --template and --group'
    throw new SkeinError('bad_request', { reason })
  }
  if (global) return { of: '', id: '' }
  if (template !== undefined) {
    const { templates } = await allTemplates(remote)
    return { of: '/templates/:id', id: idOf(templates, template, 'template') }
  }
  if (group === undefined) return { of: '/me', id: '' }
  const { groups } = await remote.call('GET /groups', { answer: groupsSchema })
  return { of: '/groups/:id', id: idOf(groups, group, 'group') }
}

function idOf(
  all: readonly { readonly id: string; readonly name: string }[],
  asked: string,
  thing: string,
): string {
  const found = all.find(({ id, name }) => id === asked || name === asked)
  if (!found) throw new SkeinError('not_found', { thing: `${thing} “${asked}”` })
  return found.id
}
