// Where people open each peer. It is a record and not only what membership knows at the moment: a page of a peer that is
// gone goes on through another one, which may have been started since and has never met the first.

import { networkInterfaces } from 'node:os'
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import type { PeerFacts } from '#protocol/api/peers.ts'
import type { PeerId } from '#protocol/ids.ts'
import { isLoopback } from '../config/https.ts'
import type { Config } from '../config/settings.ts'
import { type Makers, readSetting, writeSetting } from '../identity/settings.ts'
import type { Records, View } from '../records/records.ts'
import { advertisedAddress } from './advertise.ts'
import { MAX_ADDRESS_CHARS } from './swim/limits.ts'

const PREFIX = 'peer-url:'
/** Longer than any host name with scheme and port. */
const MAX_URL_CHARS = 300
/** A certificate of an authority has about 700 bytes. */
const MAX_AUTHORITY_CHARS = 8192
/** As a browser writes an origin: what stands in headers and files is nothing else. */
const ORIGIN = /^https?:\/\/[a-z0-9._[\]:-]+$/

/** Where agents find a peer: its port by its own name and by others'. */
const MAX_AGENT_ADDRESSES = 16
/** Seeds out of the records: one of them that answers names all others. */
const MAX_KNOWN = 32

const schema = z.object({
  url: z.string().max(MAX_URL_CHARS),
  /** Where the others dial it, for those that start when it has long forgotten them, or they it. */
  address: z.string().max(MAX_ADDRESS_CHARS).optional(),
  /** Addresses for agents (link/address.ts). Absent of a peer that passes no streams on: an agent is of no use there. */
  agents: z.array(z.string().max(MAX_URL_CHARS)).max(MAX_AGENT_ADDRESSES).optional(),
  /** PEM of the authority of its own that signed its certificate. */
  authority: z.string().max(MAX_AUTHORITY_CHARS).optional(),
})
export type Published = z.infer<typeof schema>

export interface PublishedPeer {
  readonly id: string
  readonly name: string
  /** An origin. */
  readonly url: string
  readonly authority?: string
  readonly isSelf: boolean
  /** It answers, as far as the asked peer knows. */
  readonly isThere: boolean
}

/** What browsers open: the public URL, else the address that other peers dial, else `shown`. `own`: where we really listen. */
export function publishedUrl(
  { publicUrl, listen, advertise }: Pick<Config, 'publicUrl' | 'listen' | 'advertise'>,
  own: string,
  shown: string,
): string {
  if (publicUrl !== undefined) return new URL(publicUrl).origin
  const isEverywhere = listen.host === '0.0.0.0' || listen.host === '::'
  if (!isEverywhere && advertise === undefined) return new URL(shown).origin
  const { protocol, port } = new URL(own)
  const at = { host: listen.host, port: Number(port) }
  return new URL(`${protocol}//${advertisedAddress(at, advertise, networkInterfaces())}`).origin
}

/** Written only where it is another one than before. Rejects with the codes of `transact`. */
export async function publish(
  records: Records,
  peer: PeerId,
  published: Published,
  makers: Makers,
): Promise<void> {
  const key = PREFIX + peer
  await records.transact((view) => {
    const before = schema.safeParse(readSetting(view, key)).data
    const isKnown = before !== undefined && isDeepStrictEqual(before, published)
    return {
      changes: isKnown ? [] : writeSetting(view, key, published, makers),
      result: undefined,
    }
  })
}

/** Of this peer for agents that are not on its machine. Nothing on loopback leads out of a container. */
export function ownAgentAddresses(
  { publicUrl, listen, advertise, agentAddresses }: OwnAddresses,
  port: number,
): readonly string[] {
  const advertised = advertisedAddress({ host: listen.host, port }, advertise, networkInterfaces())
  // A port that speaks HTTPS takes links in plain HTTP as well: they have a TLS of their own inside.
  const all = [`http://${advertised}`, publicUrl ?? [], agentAddresses].flat()
  const outward = all.filter((each) => !isLoopback(URL.parse(each)?.hostname ?? ''))
  return [...new Set(outward)].slice(0, MAX_AGENT_ADDRESSES)
}

type OwnAddresses = Pick<Config, 'publicUrl' | 'listen' | 'advertise' | 'agentAddresses'>

/** What the other peers have said of themselves for agents. */
export const agentAddressesOf = (view: View, self: PeerId): readonly string[] =>
  othersIn(view, self).flatMap(({ agents = [] }) => agents)

/**
 * Where other peers were last. Who leaves is tried by nobody, and comes back knowing nobody unless it was started with a
 * token: these are its seeds.
 */
export const knownAddresses = (view: View, self: PeerId): readonly string[] =>
  othersIn(view, self)
    .flatMap(({ address = [] }) => address)
    .slice(0, MAX_KNOWN)

function othersIn(view: View, self: PeerId): readonly Published[] {
  return view.list('setting').flatMap(({ groups: { value } }) => {
    if (!value?.key.startsWith(PREFIX) || value.key === PREFIX + self) return []
    return schema.safeParse(value.value).data ?? []
  })
}

/** Of everybody who ever said it, the asked peer first. `known` is who there is, as the asked peer sees them. */
export function publishedPeers(view: View, known: readonly PeerFacts[]): PublishedPeer[] {
  return view
    .list('setting')
    .flatMap(({ groups: { value } }) => {
      if (!value?.key.startsWith(PREFIX)) return []
      const read = schema.safeParse(value.value).data
      if (!read || !ORIGIN.test(read.url)) return []
      return [show(value.key.slice(PREFIX.length), read, known)]
    })
    .toSorted((a, b) => Number(b.isSelf) - Number(a.isSelf))
}

function show(
  id: string,
  { url, authority }: Published,
  known: readonly PeerFacts[],
): PublishedPeer {
  const peer = known.find((one) => one.id === id)
  const isReached = peer?.state === 'alive' || peer?.state === 'suspect'
  // Nobody is sent to a peer that is to carry nobody.
  const isThere = isReached && peer?.duty?.isAway !== true
  const by = { id, name: peer?.name ?? id, url, isSelf: peer?.isSelf === true, isThere }
  return authority === undefined ? by : { ...by, authority }
}
