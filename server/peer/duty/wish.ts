// What an administrator wants of a peer: that it serves or stays away, and that it was started anew. It is a record, so it
// may be asked of any peer, waits for one that is not there, and holds after a restart.

import { z } from 'zod'
import type { Ref } from '#protocol/api/parts.ts'
import type { PeerAsk } from '#protocol/api/peers.ts'
import { type Makers, readSetting, writeSetting } from '../../identity/settings.ts'
import type { Change, View } from '../../records/records.ts'

const PREFIX = 'peer-duty:'
const MAX_NAME_CHARS = 64

const restartSchema = z.object({
  /** So that it is carried out once. */
  id: z.string().max(MAX_NAME_CHARS),
  /** A version in the peer's `--versions`; absent: the one that it runs. */
  to: z.string().max(MAX_NAME_CHARS).optional(),
  /** The one that it ran before. */
  back: z.boolean().optional(),
})
export type Restart = z.infer<typeof restartSchema>

const wishSchema = z.object({
  isAway: z.boolean(),
  /** Since when, ISO 8601, and by whom. */
  since: z.string().max(MAX_NAME_CHARS),
  by: z.object({ id: z.string().max(MAX_NAME_CHARS), name: z.string().max(MAX_NAME_CHARS) }),
  restart: restartSchema.optional(),
})
export type PeerWish = z.infer<typeof wishSchema>

/** Undefined: nobody ever wanted anything, so it serves. */
export function wishOf(view: View, peer: string): PeerWish | undefined {
  return wishSchema.safeParse(readSetting(view, PREFIX + peer)).data
}

/** The wish after somebody asked for something; of the rest it stays. */
export function wished(
  before: PeerWish | undefined,
  ask: PeerAsk,
  { since, by, id }: { readonly since: string; readonly by: Ref; readonly id: string },
): PeerWish {
  const stays = before ?? { isAway: false, since, by }
  if (ask.want === 'restart') {
    const { to, back } = ask
    return {
      ...stays,
      restart: { id, ...(to !== undefined && { to }), ...(back === true && { back }) },
    }
  }
  const isAway = ask.want === 'drain'
  return stays.isAway === isAway ? stays : { ...stays, isAway, since, by }
}

export const wishChanges = (view: View, peer: string, wish: PeerWish, makers: Makers): Change[] =>
  writeSetting(view, PREFIX + peer, wish, makers)
