// Records the sessions of the snapshot's property test: real programs in a PTY, driven by keys, their output as
// bytes. Run by hand where the programs are installed: `node agent/terminal/testing/record.ts`.

import { mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { spawn } from 'node-pty'
import { COLS, ROWS, SESSIONS } from './sessions.ts'

/** A recording is cut here, bytes. */
const MAX_BYTES = 60_000

interface Session {
  readonly name: string
  readonly command: readonly [string, ...string[]]
  /** What is typed, one string each `everyMs`. */
  readonly keys: readonly string[]
  readonly everyMs: number
}

/** In a process namespace of its own, so that a recording shows nothing of the machine it was made on. */
const ALONE = ['unshare', '--pid', '--fork', '--mount-proc'] as const

const text = join(tmpdir(), 'skein-session.c')
const sessions: readonly Session[] = [
  {
    name: 'vim',
    command: ['vim', '-u', 'NONE', '-c', 'syntax on | set number mouse=a ruler', text],
    keys: [
      '20j',
      'iheißes Wasser 水\x1b',
      '\x06',
      'ggV10jd',
      'u',
      ':vsplit\r',
      '/int\r',
      'n',
      ':q!\r',
      ':q!\r',
    ],
    everyMs: 150,
  },
  {
    name: 'htop',
    command: [...ALONE, 'htop', '-d', '5'],
    keys: ['', '', 't', '\x1bOB\x1bOB', '', 'q'],
    everyMs: 500,
  },
  {
    name: 'top',
    command: [...ALONE, 'top', '-d', '0.5'],
    keys: ['', 'z', '', 'x', '', 'q'],
    everyMs: 500,
  },
  {
    name: 'less',
    command: ['less', '-N', text],
    keys: [' ', ' ', 'b', '/int\r', 'n', 'j', 'k', 'q'],
    everyMs: 150,
  },
  {
    name: 'tmux',
    command: ['tmux', '-f', '/dev/null', '-L', 'skein-record', 'new-session', 'sh'],
    keys: [
      'ls --color /\r',
      '\x02%',
      'seq 40\r',
      '\x02"',
      'seq 100 130\r',
      '\x02o',
      '\x02[\x1b[5~',
      'q',
      'tmux kill-server\r',
    ],
    everyMs: 300,
  },
  {
    name: 'shell',
    command: ['bash', '--norc', '-i'],
    keys: [
      'ls --color=always -la /usr | head -40\r',
      "printf '\\e[3;10r\\e[?6h\\e[5;5Hin a region\\e[4:3;58:5:196mcurly\\e[m\\n\\n\\n\\n\\e[?6l\\e[r'\r",
      "printf '\\e(0lqqqk\\e(B \\e)0\\016x\\017 \\e[3g\\e[5G\\eH\\e[20G\\eH\\r\\tX\\tY\\n'\r",
      `printf '%s\\n' '${'long line that wraps '.repeat(12)}'\r`,
      "printf '\\e[44mblue\\e[K\\e[m wide 水水水 e\\u0301 \\e[?1002;1006h\\e[5 q\\e[?25l\\e[2;2H\\e7'\r",
      'seq 60\r',
      'exit\r',
    ],
    everyMs: 150,
  },
]

async function record({ name, command: [file, ...args], keys, everyMs }: Session): Promise<void> {
  const env = {
    PATH: process.env.PATH,
    HOME: tmpdir(),
    LANG: 'C.UTF-8',
    TERM: 'xterm-256color',
    PS1: '$ ',
  }
  const pty = spawn(file, args, {
    cols: COLS,
    rows: ROWS,
    name: 'xterm-256color',
    env,
    encoding: null,
  })
  const chunks: Buffer[] = []
  // Typed as text; with `encoding: null` it is bytes.
  pty.onData((data) => chunks.push(Buffer.from(data)))
  const ended = new Promise<void>((resolve) => pty.onExit(() => resolve()))
  for (const key of keys) {
    await delay(everyMs)
    pty.write(key)
  }
  await ended
  const bytes = Buffer.concat(chunks).subarray(0, MAX_BYTES)
  writeFileSync(new URL(`${name}.bin`, SESSIONS), bytes)
  console.log(`${name}: ${bytes.length} bytes`)
}

const lines = Array.from(
  { length: 120 },
  (_, n) => `int line_${n} = ${n}; /* ${'x'.repeat(n % 90)} */ char *s = "水 ${n}";`,
)
writeFileSync(text, lines.join('\n'))
mkdirSync(SESSIONS, { recursive: true })
for (const session of sessions) await record(session)
