import assert from 'node:assert/strict'
import { test } from 'node:test'
import { laneFor, type StreamOpen } from './link.ts'

const pty = { term: 'xterm', cols: 80, rows: 24 }
const lanes: [string, StreamOpen, string][] = [
  ['a terminal', { kind: 'terminal', terminal: 'main', cols: 80, rows: 24 }, 'live'],
  ['a shell that somebody types into', { kind: 'session', pty }, 'live'],
  ['a command with a terminal', { kind: 'session', command: 'vim', pty }, 'live'],
  ['rsync over ssh', { kind: 'session', command: 'rsync --server' }, 'bulk'],
  ['a shell that is a script’s', { kind: 'session' }, 'bulk'],
  ['a file transfer', { kind: 'sftp' }, 'bulk'],
  ['a whole ssh connection', { kind: 'resumable', to: { type: 'ssh' } }, 'bulk'],
  ['a resumed port', { kind: 'resumable', to: { type: 'tcp', port: 80 } }, 'bulk'],
  ['resumed datagrams', { kind: 'resumable', to: { type: 'udp', port: 53 } }, 'bulk'],
  ['a question', { kind: 'ask', question: 'ports' }, 'control'],
]

for (const [what, open, lane] of lanes) {
  test(`${what} goes by ${lane}`, () => assert.equal(laneFor(open), lane))
}
