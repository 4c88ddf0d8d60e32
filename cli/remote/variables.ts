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
  const path = await pathOf(remote, options)
  const answer = await remote.call({ method: 'GET', path, answer: listSchema })
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
  const path = `${await pathOf(remote, options)}/${encodeURIComponent(name)}`
  await remote.call({ method: 'DELETE', path, answer: z.unknown() })
  print(remote.asJson, {}, () => `${name} is removed.`)
  return RemoteStatus.ok
}

async function put(
  remote: Remote,
  name: string,
  body: { readonly value: string; readonly isSecret: boolean },
  options: ScopeOptions,
): Promise<number> {
  const path = `${await pathOf(remote, options)}/${encodeURIComponent(name)}`
  const answer = await remote.call({ method: 'PUT', path, body, answer: variableSchema })
  print(remote.asJson, answer, () => `${name} is set; spaces get it when they start.`)
  return RemoteStatus.ok
}

/** Rejects with `bad_request` for two scopes at once, and with `not_found`. */
async function pathOf(remote: Remote, { global, template, group }: ScopeOptions): Promise<string> {
  const given = [global, template, group].filter((one) => one !== undefined)
  if (given.length > 1) {
    const reason = 'give one of --global, --template and --group'
    throw new SkeinError('bad_request', { reason })
  }
  if (global) return '/variables'
  if (template !== undefined) {
    const { templates } = await allTemplates(remote)
    return `/templates/${idOf(templates, template, 'template')}/variables`
  }
  if (group === undefined) return '/me/variables'
  const { groups } = await remote.call({ method: 'GET', path: '/groups', answer: groupsSchema })
  return `/groups/${idOf(groups, group, 'group')}/variables`
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
