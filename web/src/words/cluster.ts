// Words of the cluster page.

import type { PeerDeed } from '#protocol/api/peers.ts'
import { dateFormat } from '../format/date.ts'
import { clockSpan, roughly } from '../format/duration.ts'
import { count, milliseconds } from '../format/quantity.ts'

const records = (n: number) => count(n, 'record', 'records')
const day = dateFormat({ dateStyle: 'medium', timeStyle: 'short' })

const states = {
  alive: 'Was reached again.',
  unreachable: 'Could not be reached any more.',
  dead: 'Was given up; it is tried for ever.',
  left: 'Said goodbye.',
} as const

function changes({ changed, deleted }: { changed: number; deleted: number }): string {
  if (changed + deleted === 0) return 'nothing had changed'
  const parts = [
    ...(changed > 0 ? [`${records(changed)} changed`] : []),
    ...(deleted > 0 ? [`${changed > 0 ? deleted : records(deleted)} deleted here`] : []),
  ]
  return parts.join(', ')
}

/** What happened, as one sentence about a peer that is named beside it. */
function event(deed: PeerDeed): string {
  switch (deed.what) {
    case 'state':
      return states[deed.is]
    case 'joined':
      return `Joined, and took over ${records(deed.changed)}.`
    case 'returned': {
      const how = deed.isCompared ? 'compared everything' : 'took over what it had missed'
      return `Was away for ${roughly(deed.awayMs)}; ${how}: ${changes(deed)}.`
    }
    case 'restored':
      return `Was restored from a backup of ${day(Date.parse(deed.takenAt))}; took a new origin.`
    case 'rolled-back':
      return 'Its data folder was put back by hand; it takes no changes.'
    case 'diverged':
      return 'Held other records than it should have; everything was compared.'
    case 'clock':
      return clock(deed.aheadMs)
    case 'version':
      return `Was started as ${deed.is}; it ran ${deed.was} before.`
  }
}

function clock(aheadMs: number): string {
  if (aheadMs === 0) return 'Its clock is right again.'
  const span = clockSpan(aheadMs)
  return aheadMs > 0
    ? `Its clock is ${span} ahead; what it writes is held back.`
    : `Its clock is ${span} behind; it holds back what others write.`
}

export const clusterWords = {
  cluster: {
    title: 'Cluster',
    lead: (name: string) => `No peer leads, and none is missed for long. As ${name} sees it.`,
    loading: 'Asking this peer for the others',
    thisOne: 'this one',
    says: (names: string) => `says ${names}`,
    by: (names: readonly string[]) => names.join(', '),
    sum: (peers: number, hosts: number, spaces: number) =>
      [
        count(peers, 'peer', 'peers'),
        count(hosts, 'host', 'hosts'),
        `${count(spaces, 'running space', 'running spaces')}`,
      ].join(' · '),
    alone: {
      title: 'A cluster of one',
      text: 'Skein works the same with one peer. A second one keeps your spaces reachable when this machine is not.',
    },
    picture: {
      label: 'Peers and hosts, and the lines between them',
      lines: (names: string) => `lines to ${names}`,
      noLines: 'no lines',
      host: (name: string, isReady: boolean) =>
        isReady ? `Host ${name}, ready` : `Host ${name}, unreachable`,
      unreachable: 'unreachable',
      legend: { line: 'line', cut: 'no line between two that are there', engine: 'drives a host' },
      keys: 'Arrow keys go round, Enter opens a peer’s story.',
    },
    facts: (agents: number | undefined, load: number) =>
      [
        ...(agents === undefined ? [] : [count(agents, 'agent', 'agents')]),
        `load ${load.toFixed(1)}`,
      ].join(' · '),
    /** Beside the state. */
    storeAway: '· no database',
    states: {
      alive: 'Alive',
      suspect: 'In doubt',
      unreachable: 'Unreachable',
      dead: 'Dead',
      left: 'Left',
      refused: 'Refused',
    },
    hints: {
      alive: 'It answers.',
      suspect: 'It did not answer; others are being asked.',
      unreachable: 'Nobody hears it. Nothing is routed through it.',
      dead: 'Unreachable for so long that it was given up. It is tried for ever.',
      left: 'It said goodbye.',
      refused:
        'Another process has its id, perhaps from a copied data folder. It is no part of the cluster.',
    },
    conditions: {
      rolledBack: {
        title: 'Its data folder was put back to an earlier state',
        text: 'The others know what it wrote since, so it takes no changes. Stop it, and put its folder back with `skein restore` from a backup, or let it join again with an empty folder.',
      },
      storeAway: {
        title: 'Its database does not answer it',
        text: 'It shows what it knew last, and its spaces go on. Changes wait ten seconds for the database and are then refused; whatever was confirmed before is not lost.',
      },
      clock: {
        ahead: (span: string) => `Its clock is ${span} ahead`,
        behind: (span: string) => `Its clock is ${span} behind`,
        aheadText:
          'What it writes is held back until that time, and what others write wins. Set its clock; what it writes then counts at once.',
        behindText: 'It holds back what others write. Set its clock, and it catches up at once.',
        two: 'With two peers nobody can tell which of the clocks is wrong.',
        held: (n: number) =>
          n === 1 ? 'One value of its own waits here.' : `${n} values of its own wait here.`,
      },
      age: {
        older: (version: string, ours: string) => `It runs ${version}, older than ${ours} here`,
        newer: (version: string, ours: string) => `It runs ${version}, newer than ${ours} here`,
        text: 'Peers of two versions work together; what one of them does not know passes through it unchanged. Upgrade one after the other.',
      },
      comparing: {
        title: 'All records are being compared with it',
        text: 'It was away for longer than deletions are remembered, or came from a backup. Everything goes on meanwhile.',
      },
    },
    duty: {
      drain: 'Drain',
      undrain: 'Bring back',
      drainText: 'Sends people and agents to other peers; it goes on running.',
      isAway: 'Sent away',
      isAwayBy: (name: string) => `${name} sent it away`,
      isAwayText:
        'People and agents go to other peers; it may be stopped without anybody noticing.',
      left: (n: number) => (n === 1 ? 'One is still there.' : `${n} are still there.`),
      restarting: { title: 'It is starting anew', text: 'Nobody is meant to notice.' },
      failed: 'It could not be started anew',
    },
    records: { level: 'Same records', behind: 'Records on their way', none: 'No line for records' },
    columns: {
      name: 'Peer',
      state: 'State',
      records: 'Records',
      roundTrip: 'Round trip',
      clock: 'Clock',
      agents: 'Agents',
      load: 'Load',
      version: 'Version',
    },
    none: '–',
    ahead: (span: string) => `${span} ahead`,
    behind: (span: string) => `${span} behind`,
    exact: 'exact',
    hosts: (n: number) => count(n, 'host', 'hosts'),
    trip: milliseconds,
    event,
    story: {
      open: 'What happened to',
      title: 'What happened',
      nothing: 'Nothing worth a word since it joined.',
      lately: 'Lately',
      quiet: 'Nothing has happened lately.',
      facts: 'As it is now',
      since: 'Since',
      verdict: 'Verdict',
      ownWord: 'its own word',
      address: 'Address',
      url: 'Opens at',
      zone: 'Zone',
      agents: 'Agents linked',
      terminals: 'Terminals open',
      cpu: 'Its spaces’ CPU',
      memory: 'Their memory',
      origin: 'Origin',
      id: 'Id',
      copyAddress: 'Copy the address',
      copyOrigin: 'Copy the origin',
      copyId: 'Copy the id',
      hosts: 'Drives',
      gone: 'This peer is not known here.',
    },
    join: {
      action: 'Join another peer',
      title: 'Join another peer',
      text: 'On the new machine, with an empty data folder:',
      secret:
        'The line holds the cluster’s secret: whoever has it can be a peer. Showing it is in the audit.',
      show: 'Show the line',
      copy: 'Copy the line',
      done: 'The new peer appears here within seconds.',
    },
  },
} as const
