// `skein peers` and `skein peers token`: the cluster as the peer of a data folder sees it, and the line with which
// another one joins. For whoever has the machine, over the peer's own socket.

import type { PeerInfo } from '#protocol/api/peers.ts'
import { loadConfig } from '../server/config/load.ts'
import { askPeer } from '../server/peer/control.ts'
import { print } from './output.ts'

export async function peers(words: readonly string[], asJson: boolean): Promise<number> {
  const { data } = loadConfig({ words }).config
  const answer = await askPeer(data, { ask: 'peers' })
  print(asJson, answer, () => table(answer.peers))
  return 0
}

export async function peersToken(words: readonly string[], asJson: boolean): Promise<number> {
  const { data } = loadConfig({ words }).config
  const answer = await askPeer(data, { ask: 'join-token' })
  print(asJson, answer, () => answer.token)
  return 0
}

const HEAD = [
  'NAME',
  'STATE',
  'SINCE',
  'TRIP',
  'CLOCK',
  'SPACES',
  'LOAD',
  'ZONE',
  'VERSION',
  'ADDRESS',
]

function table(all: readonly PeerInfo[]): string {
  const rows = [HEAD, ...all.map(cells)]
  const widths = HEAD.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd()
  return rows.map(line).join('\n')
}

function cells(peer: PeerInfo): string[] {
  const { name, since, roundTripMs, clockOffsetMs, spaces, load, zone, version } = peer
  return [
    peer.isSelf ? `${name} (this one)` : name,
    stateOf(peer),
    since.slice(0, 19).replace('T', ' '),
    roundTripMs === undefined ? '-' : `${roundTripMs.toFixed(1)} ms`,
    clockOffsetMs === undefined ? '-' : `${Math.round(clockOffsetMs)} ms`,
    String(spaces),
    load.toFixed(1),
    zone ?? '-',
    version,
    peer.address,
  ]
}

function stateOf({ state, by, duty }: PeerInfo): string {
  if (state !== 'alive') return `${state} (says ${by.name})`
  return duty?.isAway === true ? `away (wants ${duty.by.name})` : state
}
