// Words of the peers page.

export const peerWords = {
  peers: {
    title: 'Peers',
    lead: (name: string) =>
      `Every peer is an equal: none leads, and none is missed for long. This is how ${name} sees them.`,
    loading: 'Asking this peer for the others',
    add: 'Add a peer',
    alone:
      'This is the only peer. Skein works the same with one; a second keeps it reachable when this machine is not.',
    thisOne: 'this one',
    says: (name: string) => `says ${name}`,
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
      dead: 'Unreachable for so long that others may take over. It is tried for ever.',
      left: 'It said goodbye.',
      refused:
        'Another process has its id, perhaps from a copied data folder. It is no part of the cluster.',
    },
    records: {
      level: 'Same records',
      behind: 'Records on their way',
      comparing: 'Comparing all records',
      compared: 'Compared all records',
      diverged: 'Held different records; compared',
      'rolled-back': 'One of the two was put back to an earlier state and writes no more',
    },
    columns: {
      name: 'Name',
      state: 'State',
      since: 'Since',
      roundTrip: 'Round trip',
      clock: 'Clock',
      spaces: 'Spaces',
      load: 'Load',
      version: 'Version',
    },
    here: 'Here',
    ahead: (ms: string) => `${ms} ms ahead`,
    behind: (ms: string) => `${ms} ms behind`,
    exact: 'exact',
    hosts: (count: number) => (count === 1 ? '1 host' : `${count} hosts`),
    join: {
      title: 'Add a peer',
      text: 'On the new machine, with an empty data folder:',
      secret:
        'The token holds the cluster’s secret: whoever has it can be a peer. Showing it is in the audit.',
      show: 'Show the command',
      copy: 'Copy the command',
      done: 'The new peer appears here within seconds.',
    },
  },
} as const
