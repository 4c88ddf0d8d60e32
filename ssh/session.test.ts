// What a person is shown and asked before their program runs, and how sessions begin and end, through ssh2's own client.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import net from 'node:net'
import { test } from 'node:test'
import { Client, type ClientChannel } from 'ssh2'
import { SkeinError } from '#protocol/errors.ts'
import { amount } from '../tests/support/amount.ts'
import { eventually } from '../tests/support/eventually.ts'
import type { SshGuest, SshTalk } from './ports.ts'
import { LocalSpace } from './testing/local-space.ts'
import { TestServer } from './testing/server.ts'
import { soon } from './testing/soon.ts'

/** Twice a client's window and more. */
const MEGABYTES = amount({ usual: 5, whole: 8 })

interface Shown {
  readonly status: number | undefined
  readonly stdout: string
  readonly stderr: string
}

/** A guest whose space is made ready by `ready`. */
async function withGuest(
  ready: (talk: SshTalk) => Promise<void>,
  act: (client: Client, server: TestServer) => Promise<void>,
  open?: SshGuest['open'],
): Promise<void> {
  const space = new LocalSpace()
  const guest = { ready, open: open ?? ((what) => space.open(what)) } satisfies SshGuest
  const server = await TestServer.start({ guest })
  const client = new Client()
  client.on('error', () => undefined)
  const sock = net.connect(server.port, '127.0.0.1')
  client.connect({ sock, username: 'me', privateKey: server.key.private })
  await soon(once(client, 'ready'), 'the login')
  try {
    await act(client, server)
  } finally {
    client.destroy()
    await server.close()
    space.close()
  }
}

/** A program that ends at once has ended before a promise of its channel is looked at. */
const statuses = new WeakMap<ClientChannel, number>()

const exec = (client: Client, command: string, options = {}): Promise<ClientChannel> =>
  soon(executed(client, command, options), 'an answer to a program')

const executed = (client: Client, command: string, options: object): Promise<ClientChannel> =>
  new Promise((resolve, reject) =>
    client.exec(command, options, (error, channel) => {
      if (error) {
        reject(error)
        return
      }
      channel.once('exit', (status: number) => statuses.set(channel, status))
      resolve(channel)
    }),
  )

async function shown(channel: ClientChannel): Promise<Shown> {
  let stdout = ''
  let stderr = ''
  channel.on('data', (bytes: Buffer) => {
    stdout += bytes
  })
  channel.stderr.on('data', (bytes: Buffer) => {
    stderr += bytes
  })
  await soon(once(channel, 'close'), 'the end of a program')
  return { status: statuses.get(channel), stdout, stderr }
}

const refused = () => Promise.reject(new SkeinError('space_not_running', { state: 'stopped' }))

test('a space that cannot be entered is one sentence and status 1', () =>
  withGuest(refused, async (client) => {
    const { status, stdout, stderr } = await shown(await exec(client, 'true'))
    assert.deepEqual([status, stdout], [1, ''])
    assert.equal(stderr, 'skein: The space is stopped.\r\n')
  }))

test('a fault of ours is status 70, and its text stays in the log', () =>
  withGuest(
    () => Promise.reject(new TypeError('secret')),
    async (client, server) => {
      const { status, stderr } = await shown(await exec(client, 'true'))
      assert.equal(status, 70)
      assert.doesNotMatch(stderr, /secret/)
      assert.equal(server.logged[0]?.text, 'an SSH channel failed')
    },
  ))

test('a forward into a space that cannot be entered is refused with the sentence', () =>
  withGuest(refused, async (client) => {
    const opened = new Promise((resolve, reject) =>
      client.forwardOut('127.0.0.1', 1, 'localhost', 80, (error, channel) =>
        error ? reject(error) : resolve(channel),
      ),
    )
    await assert.rejects(soon(opened, 'an answer'), /The space is stopped/)
  }))

test('progress is shown before the program, and what was typed meanwhile reaches it', () => {
  const started = Promise.withResolvers<void>()
  const ready = async (talk: SshTalk) => {
    talk.say('The space is starting …')
    await started.promise
  }
  return withGuest(ready, async (client) => {
    const channel = await exec(client, 'cat; exit 4')
    channel.end('early')
    const end = shown(channel)
    setImmediate(() => started.resolve())
    assert.deepEqual(await end, {
      status: 4,
      stdout: 'early',
      stderr: 'The space is starting …\n',
    })
  })
})

for (const [typed, want] of [
  ['y', 'entered'],
  ['\r', 'entered'],
  ['n', 'The space is stopped'],
  ['\u0003', 'The space is stopped'],
] as const) {
  test(`a question at a terminal is answered by ${JSON.stringify(typed)}`, () => {
    const ready = async (talk: SshTalk) => {
      assert.ok(talk.ask)
      if (!(await talk.ask('Start it?'))) await refused()
    }
    return withGuest(ready, async (client) => {
      const channel = await exec(client, 'echo entered', { pty: true })
      channel.stderr.once('data', () => channel.write(typed))
      const { stdout, stderr } = await shown(channel)
      assert.ok(stderr.startsWith('Start it? [Y/n] '))
      assert.ok(`${stdout}${stderr}`.includes(want), `${stdout}${stderr}`)
    })
  })
}

test('without a terminal nobody is asked', () => {
  const ready = async (talk: SshTalk) => assert.equal(talk.ask, undefined)
  return withGuest(ready, async (client) => {
    assert.equal((await shown(await exec(client, 'exit 2'))).status, 2)
  })
})

test('a stream that is lost midway ends the session with 255 and says so', () => {
  const space = new LocalSpace()
  return withGuest(
    () => Promise.resolve(),
    async (client) => {
      const channel = await exec(client, 'echo begun; sleep 600')
      channel.once('data', () => channel.emit('seen'))
      const end = shown(channel)
      await eventually(() => space.opened.length === 1, { timeoutMs: 10_000, what: 'the session' })
      space.streams[0]?.abort()
      const { status, stderr } = await end
      assert.equal(status, 255)
      assert.match(stderr, /connection to the space was lost/)
      space.close()
    },
    (what) => space.open(what),
  )
})

test('a signal from the client reaches the program', () =>
  withGuest(
    () => Promise.resolve(),
    async (client) => {
      const channel = await exec(
        client,
        'trap "echo got it; exit 5" USR1; echo on; while :; do sleep 0.05; done',
      )
      channel.once('data', () => channel.signal('USR1'))
      const { status, stdout } = await shown(channel)
      assert.deepEqual([status, stdout], [5, 'on\ngot it\n'])
    },
  ))

test('both outputs that wait for the client’s window keep their order and their bytes', () =>
  withGuest(
    () => Promise.resolve(),
    async (client) => {
      const script = `
        for i in $(seq ${MEGABYTES}); do head -c 1000000 /dev/zero | tr "\\0" o; head -c 1000000 /dev/zero | tr "\\0" e >&2; done`
      const { stdout, stderr } = await shown(await exec(client, script))
      assert.equal(stdout, 'o'.repeat(MEGABYTES * 1_000_000))
      assert.equal(stderr, 'e'.repeat(MEGABYTES * 1_000_000))
    },
  ))

test('a subsystem that is not there and a second program on a channel are refused', () =>
  withGuest(
    () => Promise.resolve(),
    async (client) => {
      const subsystem = new Promise((resolve, reject) =>
        client.subsys('netconf', (error, channel) => (error ? reject(error) : resolve(channel))),
      )
      await assert.rejects(soon(subsystem, 'an answer'), /Unable to start subsystem/)
      const nul = exec(client, 'echo \0')
      await assert.rejects(nul, /Unable to exec/)
    },
  ))
