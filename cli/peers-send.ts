// `skein peers drain`, `undrain` and `upgrade`: what an administrator wants of peers, asked of the one on this data folder
// and carried out by whom it is about.

import type { PeerAsk, PeerInfo } from '#protocol/api/peers.ts'
import { systemClock as clock } from '../server/clock.ts'
import { loadConfig } from '../server/config/load.ts'
import { askPeer } from '../server/peer/control.ts'
import { print } from './output.ts'
import { type Cluster, roll } from './rolling.ts'

/** How long it is told who is still there; they may stay as long as they like. */
const FOLLOW_MS = 30_000
const LOOK_MS = 300

export interface UpgradeFlags {
  readonly json?: true
  readonly to?: string
  readonly back?: true
}

export async function drain(words: readonly string[], asJson: boolean): Promise<number> {
  const { name, data } = targetOf(words)
  const asked = await wish(data, name, { want: 'drain' })
  const { id } = asked.peer
  let left: number | undefined
  for (const end = clock.monotonicMs() + FOLLOW_MS; clock.monotonicMs() < end; ) {
    const { duty } = (await list(data)).find((peer) => peer.id === id) ?? {}
    if (duty?.state === 'away' && duty.left !== left) {
      left = duty.left
      if (!asJson) print(false, undefined, () => `${asked.peer.name}: ${left} connections left`)
    }
    if (left === 0) break
    await clock.delay(LOOK_MS)
  }
  print(asJson, { ...asked, left }, () => {
    const end = 'takes nobody until: skein peers undrain'
    return left === undefined
      ? `${asked.peer.name} has not said that it heard; it will when it is there.`
      : `${asked.peer.name} ${end} ${asked.peer.name}`
  })
  return 0
}

export async function undrain(words: readonly string[], asJson: boolean): Promise<number> {
  const { name, data } = targetOf(words)
  const asked = await wish(data, name, { want: 'undrain' })
  print(asJson, asked, () => `${asked.peer.name} serves again`)
  return 0
}

export async function upgrade(words: readonly string[], flags: UpgradeFlags): Promise<number> {
  const { name, data } = targetOf(words)
  const lines: string[] = []
  const cluster: Cluster = {
    list: () => list(data),
    wish: (peer, ask) => wish(data, peer, ask),
  }
  const say = (line: string) => {
    lines.push(line)
    if (!flags.json) print(false, undefined, () => line)
  }
  const { to, back } = flags
  await roll({
    ...{ cluster, clock, say },
    ...(name !== undefined && { only: name }),
    ...(to !== undefined && { to }),
    ...(back === true && { back }),
  })
  if (flags.json) print(true, { lines }, () => '')
  return 0
}

/** A name comes before the settings’ flags. */
function targetOf(words: readonly string[]): { name?: string; data: string } {
  const [first] = words
  const isName = first !== undefined && !first.startsWith('-')
  const { data } = loadConfig({ words: isName ? words.slice(1) : words }).config
  return isName ? { name: first, data } : { data }
}

const list = async (data: string): Promise<readonly PeerInfo[]> =>
  (await askPeer(data, { ask: 'peers' })).peers

const wish = (data: string, peer: string | undefined, of: PeerAsk) =>
  askPeer(data, { ask: 'wish', of, ...(peer !== undefined && { peer }) })
