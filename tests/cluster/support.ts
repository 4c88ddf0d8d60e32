// Several real servers of one cluster for a test, and somebody who is signed in at all of them.

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Api } from '../support/api.ts'
import { Skein, type SkeinOptions } from '../support/skein.ts'

const BIN = new URL('../../cli/bin.js', import.meta.url).pathname

/** The first is the one that the others join; `own` are flags of each. Whoever starts them closes them. */
export async function startPeers(
  count: number,
  options: SkeinOptions = {},
  own: readonly (readonly string[])[] = [],
): Promise<Skein[]> {
  const flags = [...(options.flags ?? []), ...(own[0] ?? []), '--name', 'peer-1']
  const { skein: first } = await Skein.start({ ...options, flags, bare: true })
  const token = execFileSync(process.execPath, [BIN, 'peers', 'token', '--data', first.data])
  const peers = [first]
  for (let number = 2; number <= count; number++) {
    const joined = [
      ...(options.flags ?? []),
      ...(own[number - 1] ?? []),
      '--name',
      `peer-${number}`,
    ]
    const join = ['--join', String(token).trim()]
    peers.push((await Skein.start({ ...options, flags: [...joined, ...join], bare: true })).skein)
  }
  return peers
}

/** Sets the cluster up; answers the same person at each of its peers. */
export async function administrator(peers: readonly Skein[]): Promise<Api[]> {
  const apis = peers.map(({ url }) => new Api(url))
  const [first] = apis
  await first?.setUp((await peers[0]?.setupToken()) ?? '')
  // The same browser: cookies go by host name, and here all have the same.
  for (const api of apis) api.cookie = first?.cookie ?? ''
  return apis
}

/** As it calls its socket, and others call it. */
export const idOf = ({ data }: Skein): string => readFileSync(join(data, 'peer.id'), 'utf8').trim()
