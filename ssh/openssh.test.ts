// Stock OpenSSH against our server: what people and their editors do with ssh, scp and sftp.

import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import net, { type AddressInfo, type Server } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { spawn as spawnPty } from 'node-pty'
import { amount } from '../tests/support/amount.ts'
import { eventually } from '../tests/support/eventually.ts'
import { ended, OpenSsh } from './testing/openssh.ts'
import { TestServer } from './testing/server.ts'
import { soon } from './testing/soon.ts'

const HOST = 'me@127.0.0.1'
const PATIENCE = { timeoutMs: 15_000 }
/** Commands, and those with many megabytes each way; four at a time. */
const RUNS = amount({ usual: 12, whole: 200 })
const LARGE_RUNS = amount({ usual: 4, whole: 20 })
const LARGE_MB = amount({ usual: 5, whole: 10 })
/** Megabytes with new keys for each; and with new keys for each so many of the server's packets. */
const REKEYED_MB = amount({ usual: 6, whole: 20 })
const REKEYING = amount({ usual: 40, whole: 100 })

let server: TestServer
let client: OpenSsh

before(async () => {
  server = await TestServer.start()
  client = new OpenSsh(server)
})
after(async () => {
  client.close()
  await server.close()
})

const hashOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

async function runsUnharmed(count: number, bytes: Buffer): Promise<void> {
  const want = hashOf(bytes)
  const run = async (status: number) => {
    const answer = await client.ssh([HOST, `cat; exit ${status}`], bytes)
    assert.deepEqual([answer.status, hashOf(answer.stdout)], [status, want], answer.stderr)
  }
  for (let i = 0; i < count; i += 4) await Promise.all([0, 1, 2, 3].map((k) => run(i + k)))
}

/** A loaded machine logs in five times a second. */
const LONG = { timeout: 180_000 }

test(`${RUNS} commands answer with their own status and their bytes`, LONG, () =>
  runsUnharmed(RUNS, randomBytes(100_000)),
)

test(`${LARGE_MB} megabytes come back unharmed, again and again`, LONG, () =>
  runsUnharmed(LARGE_RUNS, randomBytes(LARGE_MB * 1_000_000)),
)

test('standard error stays apart from standard output', async () => {
  const { stdout, stderr, status } = await client.ssh([HOST, 'echo out; echo err >&2; exit 3'])
  assert.deepEqual([stdout.toString(), stderr, status], ['out\n', 'err\n', 3])
})

test('a program that a signal ends is told of as such', async () => {
  const { status, stderr } = await client.ssh(['-v', HOST, 'kill -TERM $$'])
  assert.equal(status, 255)
  assert.match(stderr, /exit-signal|signal/i)
})

test('the end of input reaches the program, which then still answers', async () => {
  const { stdout } = await client.ssh([HOST, 'wc -c; echo after'], 'five\n')
  assert.equal(stdout.toString(), '5\nafter\n')
})

test('a script on standard input runs, as editors start their servers', async () => {
  const { stdout, status } = await client.ssh([HOST, 'bash -s'], 'echo one\necho two\nexit 4\n')
  assert.deepEqual([stdout.toString(), status], ['one\ntwo\n', 4])
})

test('new keys every megabyte harm no byte', async () => {
  const bytes = randomBytes(REKEYED_MB * 1_000_000)
  const { stdout, status, stderr } = await client.ssh(['-o', 'RekeyLimit=1M', HOST, 'cat'], bytes)
  assert.deepEqual([status, hashOf(stdout)], [0, hashOf(bytes)], stderr)
})

test('new keys that the server asks for harm no byte', async () => {
  const impatient = await TestServer.start({ limits: { rekeyPackets: REKEYING } })
  const own = new OpenSsh(impatient)
  try {
    const bytes = randomBytes(REKEYING * 100_000)
    const { stdout, status, stderr } = await own.ssh(['-v', HOST, 'cat'], bytes)
    assert.deepEqual([status, hashOf(stdout)], [0, hashOf(bytes)], stderr)
    assert.ok(stderr.split('SSH2_MSG_NEWKEYS received').length > 5, stderr)
  } finally {
    own.close()
    await impatient.close()
  }
})

test('a terminal has its size, follows a resize and ends with the shell’s status', async () => {
  const pty = spawnPty('ssh', [...client.options, '-tt', HOST], { cols: 100, rows: 30 })
  let seen = ''
  pty.onData((text) => {
    seen += text
  })
  const exited = new Promise<number>((resolve) => pty.onExit(({ exitCode }) => resolve(exitCode)))
  const see = (what: string) => eventually(() => seen.includes(what), { ...PATIENCE, what })
  await see('local$ ')
  pty.write('echo "size $(stty size) $TERM"\r')
  await see('size 30 100 xterm')
  pty.resize(120, 40)
  pty.write('sleep 0.3; echo "now $(stty size)"\r')
  await see('now 40 120')
  pty.write('exit 5\r')
  assert.equal(await soon(exited, 'the end'), 5)
})

test('allowed variables arrive and dangerous ones do not', async () => {
  const sent = ['LC_MINE=yes', 'COLORTERM=truecolor', 'LD_PRELOAD=/x.so', 'BASH_ENV=/x', 'PATH=/x']
  const { stdout } = await client.ssh([
    '-o',
    `SetEnv=${sent.join(' ')}`,
    HOST,
    'echo $LC_MINE $COLORTERM; env',
  ])
  assert.match(stdout.toString(), /^yes truecolor\n/)
  assert.doesNotMatch(stdout.toString(), /^(LD_PRELOAD|BASH_ENV)=|^PATH=\/x$/m)
})

test('sftp and scp carry a file both ways', async () => {
  const bytes = randomBytes(5_000_000)
  const local = join(client.folder, 'up')
  writeFileSync(local, bytes)
  const there = join(server.space.folder, 'there')
  const back = join(client.folder, 'down')
  const up = await client.run('scp', [local, `${HOST}:${there}`])
  assert.equal(up.status, 0, up.stderr)
  assert.equal(hashOf(readFileSync(there)), hashOf(bytes))
  const down = await client.run('sftp', ['-b', '-', HOST], `get ${there} ${back}\n`)
  assert.equal(down.status, 0, down.stderr)
  assert.equal(hashOf(readFileSync(back)), hashOf(bytes))
})

test('-L reaches a port and a unix socket, with half close', async () => {
  const echo = await upperServer({ port: 0, host: '127.0.0.1' })
  const path = join(server.space.folder, 'upper.sock')
  const echoUnix = await upperServer({ path })
  const { port } = echo.address() as AddressInfo
  const local = [join(client.folder, 'tcp.sock'), join(client.folder, 'unix.sock')] as const
  const ssh = client.start('ssh', [
    '-N',
    ...['-L', `${local[0]}:127.0.0.1:${port}`],
    ...['-L', `${local[1]}:${path}`],
    HOST,
  ])
  try {
    for (const from of local) {
      assert.equal(
        await eventually(() => ask({ path: from }, 'hello'), { ...PATIENCE, what: from }),
        'HELLO',
      )
    }
  } finally {
    ssh.kill()
    await ended(ssh)
    echo.close()
    echoUnix.close()
  }
})

test('a port where nothing listens is refused with the sentence', async () => {
  const { stderr, status } = await client.ssh(['-W', '127.0.0.1:1', HOST])
  assert.equal(status, 255)
  assert.match(stderr, /Nothing listens on port 1 in the space/)
})

test('-R listens in the space on a port and on a unix socket, and stops when the client goes', async () => {
  const echo = await upperServer({ port: 0, host: '127.0.0.1' })
  const { port } = echo.address() as AddressInfo
  const path = join(server.space.folder, 'back.sock')
  const ssh = client.start('ssh', [
    '-N',
    ...['-R', `0:127.0.0.1:${port}`],
    ...['-R', `${path}:127.0.0.1:${port}`],
    HOST,
  ])
  let said = ''
  ssh.stderr?.on('data', (bytes: Buffer) => {
    said += bytes
  })
  const bound = await eventually(() => /Allocated port (\d+)/.exec(said)?.[1], {
    ...PATIENCE,
    what: 'the port',
  })
  assert.equal(await ask({ port: Number(bound), host: '127.0.0.1' }, 'hello'), 'HELLO')
  assert.equal(
    await eventually(() => ask({ path }, 'unix'), { ...PATIENCE, what: 'the socket' }),
    'UNIX',
  )
  ssh.kill()
  await ended(ssh)
  await eventually(
    () =>
      ask({ port: Number(bound), host: '127.0.0.1' }, 'x').then(
        () => false,
        () => true,
      ),
    { ...PATIENCE, what: 'the port to close' },
  )
  echo.close()
})

test('the client’s agent is reached from the space', async () => {
  const socket = join(client.folder, 'agent.sock')
  const { spawn } = await import('node:child_process')
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' })
  try {
    const env = { SSH_AUTH_SOCK: socket }
    const add = () =>
      ended(
        spawn('ssh-add', ['-q', join(client.folder, 'key')], { env: { ...process.env, ...env } }),
      )
    await eventually(async () => (await add()).status === 0, { ...PATIENCE, what: 'the agent' })
    const ssh = client.start('ssh', ['-A', HOST, 'ssh-add -L'], env)
    const { stdout, stderr } = await ended(ssh)
    const [, blob = ''] = server.key.public.split(' ')
    assert.ok(stdout.toString().includes(blob), `${stdout} ${stderr}`)
  } finally {
    agent.kill()
  }
})

test('several sessions share one connection', async () => {
  const control = join(client.folder, 'control')
  const master = client.start('ssh', ['-M', '-N', '-S', control, HOST])
  try {
    const shared = async (n: number) => {
      const { status } = await client.ssh([
        '-S',
        control,
        '-o',
        'ControlMaster=no',
        HOST,
        `exit ${n}`,
      ])
      return status
    }
    // Without a master a command would have a connection of its own and end as well.
    const check = async () => (await client.ssh(['-S', control, '-O', 'check', HOST])).status === 0
    await eventually(check, { ...PATIENCE, what: 'the master' })
    const before = server.servings.length
    assert.deepEqual(await Promise.all([1, 2, 3, 4, 5].map(shared)), [1, 2, 3, 4, 5])
    assert.equal(server.servings.length, before)
  } finally {
    master.kill()
    await ended(master)
  }
})

test('the client’s own signs of life are answered', async () => {
  const words = [
    '-o',
    'ServerAliveInterval=1',
    '-o',
    'ServerAliveCountMax=1',
    HOST,
    'sleep 3.5; exit 6',
  ]
  assert.equal((await client.ssh(words)).status, 6)
})

test('a client that is killed takes its program along', async () => {
  const ssh = client.start('ssh', [HOST, 'echo $$; exec sleep 600'])
  let said = ''
  ssh.stdout?.on('data', (bytes: Buffer) => {
    said += bytes
  })
  const pid = Number(
    await eventually(() => /(\d+)\n/.exec(said)?.[1], { ...PATIENCE, what: 'a pid' }),
  )
  ssh.kill('SIGKILL')
  await ended(ssh)
  await eventually(() => !isAlive(pid), { ...PATIENCE, what: 'the program’s end' })
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Answers in capitals, once the other side has ended. */
async function upperServer(on: net.ListenOptions): Promise<Server> {
  const echo = net.createServer({ allowHalfOpen: true }, (socket) => {
    let text = ''
    socket.on('error', () => undefined)
    socket.on('data', (bytes) => {
      text += bytes
    })
    socket.once('end', () => socket.end(text.toUpperCase()))
  })
  echo.listen(on)
  await soon(once(echo, 'listening'), 'a server')
  return echo
}

async function ask(to: net.NetConnectOpts, text: string): Promise<string> {
  const socket = net.connect(to)
  let answer = ''
  socket.on('data', (bytes) => {
    answer += bytes
  })
  await soon(once(socket, 'connect'), 'a connection')
  socket.end(text)
  await soon(once(socket, 'end'), 'an answer')
  return answer
}
