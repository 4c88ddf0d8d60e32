// `skein logout`: the token is revoked on the server and forgotten here. A server that is gone keeps nobody signed in
// on this machine.

import { z } from 'zod'
import { type SkeinError, toSkeinError } from '#protocol/errors.ts'
import { print } from '../output.ts'
import { chooseServer } from './access.ts'
import { callAnywhere } from './ask.ts'
import { readConfig, withoutServer, writeConfig } from './config.ts'
import { forgetPeers, readPeers } from './peers-file.ts'
import type { RemoteOptions } from './remote.ts'
import { Ways } from './ways.ts'

const tokensSchema = z.object({
  tokens: z.array(z.looseObject({ id: z.uuid(), current: z.boolean() })),
})

export async function logout({ server, json }: RemoteOptions): Promise<number> {
  const { env } = process
  const config = await readConfig(env)
  const { SKEIN_TOKEN: _, ...rest } = env
  const access = chooseServer(config, { server, env: rest })
  const { urls } = await readPeers(env, access.origin)
  const failure = await revoke(new Ways(access, urls))
  await writeConfig(env, withoutServer(config, access.origin))
  await forgetPeers(env, access.origin).catch(() => undefined)
  if (failure)
    process.stderr.write(`The token was not revoked: ${failure.message} ${failure.body.hint}\n`)
  const answer = { server: access.origin, revoked: failure === undefined }
  print(json === true, answer, () => `Signed out of ${access.origin}.`)
  return 0
}

/** Why it could not be revoked; one that does not hold any more needs not to be. */
async function revoke(ways: Ways): Promise<SkeinError | undefined> {
  try {
    const wanted = { answer: tokensSchema, patient: false }
    const { tokens } = await callAnywhere(ways, 'GET /me/tokens', wanted)
    const own = tokens.find(({ current }) => current)
    if (!own) return undefined
    const params = { id: own.id }
    await callAnywhere(ways, 'DELETE /me/tokens/:id', { params, answer: z.undefined() })
    return undefined
  } catch (caught) {
    const error = toSkeinError(caught)
    return error.code === 'login_needed' ? undefined : error
  }
}
