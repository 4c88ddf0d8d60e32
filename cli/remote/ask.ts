// The commands' client of the API: path, parameters, query and body are those of the API's table. A server may be anybody's,
// so that each command checks what it reads of an answer by a schema of its own, which must take what the table says.

import type { z } from 'zod'
import { askedOf, type Given } from '#protocol/api/client.ts'
import type { HttpName, JsonName, ToldBy } from '#protocol/api/operations.ts'
import type { Access } from './access.ts'
import { sendAnywhere } from './call.ts'
import { Ways } from './ways.ts'

/** Nothing where a schema refuses what the operation answers. */
export type Reads<K extends HttpName, S extends z.ZodType> =
  ToldBy<K> extends z.input<S> ? S : never

/** The schema, where it takes what the operation answers. */
export const reading = <K extends HttpName, S extends z.ZodType>(
  _name: K,
  answer: S & Reads<K, S>,
): S => answer

export type Wanted<K extends JsonName, S extends z.ZodType> = Given<K> & {
  /** What is read of the answer. */
  readonly answer: S & Reads<K, S>
  /** False: a failure is told at once. */
  readonly patient?: boolean
}

/** The checked answer. Rejects with the server's code, `server_unreachable`, `certificate_untrusted`, `login_needed`. */
export const callServer = <K extends JsonName, S extends z.ZodType>(
  access: Access,
  name: K,
  wanted: Wanted<K, S>,
): Promise<z.output<S>> => callAnywhere(new Ways(access), name, wanted)

/** As `callServer`, of whichever peer answers. */
export function callAnywhere<K extends JsonName, S extends z.ZodType>(
  ways: Ways,
  name: K,
  wanted: Wanted<K, S>,
): Promise<z.output<S>> {
  const { answer, patient = true } = wanted
  const asked = askedOf(name, ...([wanted] as never))
  return sendAnywhere<S>(ways, { ...asked, answer, patient })
}
