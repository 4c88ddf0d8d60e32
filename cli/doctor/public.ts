// Public addresses as far as they can be judged from this machine: whether the public URL leads to a Skein, and names
// below the apps domain to anything. A router that keeps its own machines from its outer address makes both fail here
// and nowhere else, so they warn.

import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { type IncomingMessage, request } from 'node:http'
import { request as securely } from 'node:https'
import type { Config } from '../../server/config/settings.ts'
import { publicPath } from '../../server/tls/own-pair.ts'
import { tlsFolder } from '../../server/tls/tls.ts'
import { type Finding, ok, warn } from './finding.ts'

const ANSWER_TIMEOUT_MS = 5_000
/** Every answer of a peer carries its name. */
const OUR_HEADER = 'skein-peer'

/** Nothing where no public URL is set. */
export async function checkPublicUrl(
  config: Pick<Config, 'publicUrl' | 'tls' | 'data'>,
): Promise<Finding[]> {
  const { publicUrl, tls, data } = config
  if (publicUrl === undefined) return []
  const url = `${publicUrl}/healthz`
  const own = tls === 'self' ? readFile(publicPath(tlsFolder(data)), 'utf8') : undefined
  const ca = await own?.catch(() => undefined)
  try {
    const { statusCode, headers } = await ask(url, ca)
    const tried = `GET ${url} answered ${statusCode}`
    if (headers[OUR_HEADER] !== undefined) return [ok('public url', tried)]
    const advice = 'Something else answers there: look at the proxy, or at where the name leads.'
    return [warn('public url', `${tried}, but not as Skein does`, advice)]
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    const advice =
      'If others reach it, all is well. Else look at the name, the firewall, the proxy and its certificate.'
    return [warn('public url', `GET ${url} failed (${reason})`, advice)]
  }
}

async function ask(url: string, ca: string | undefined): Promise<IncomingMessage> {
  const options = { agent: false as const, signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) }
  const isSecure = url.startsWith('https:')
  const call = isSecure ? securely(url, { ...options, ...(ca && { ca }) }) : request(url, options)
  call.end()
  const [response] = (await once(call, 'response')) as [IncomingMessage]
  response.destroy()
  return response
}

/** Nothing where no apps domain is set. */
export async function checkAppsDomain({
  appsDomain,
}: Pick<Config, 'publicUrl'> & { readonly appsDomain?: string | undefined }): Promise<Finding[]> {
  if (appsDomain === undefined) return []
  const name = `8080--space--user.${appsDomain}`
  try {
    const { address } = await lookup(name)
    return [ok('apps domain', `${name} leads to ${address}`)]
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    const advice = `Add a DNS record for *.${appsDomain} that leads where the public URL does.`
    return [warn('apps domain', `${name} leads nowhere (${reason})`, advice)]
  }
}
