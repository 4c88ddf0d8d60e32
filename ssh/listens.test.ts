// The client's agent in the space when listening there fails, and when the link on which it stood was lost.

import assert from 'node:assert/strict'
import net from 'node:net'
import { test } from 'node:test'
import { SkeinError } from '#protocol/errors.ts'
import type { StreamOpen } from '#protocol/link.ts'
import { eventually } from '../tests/support/eventually.ts'
import { Message } from './messages.ts'
import { packet } from './packet.ts'
import { Attacker } from './testing/attacker.ts'
import { LocalSpace } from './testing/local-space.ts'
import { TestServer } from './testing/server.ts'

const PATIENCE = { timeoutMs: 15_000 }

/** `refuses` says which streams the space does not open. */
async function withSpace(
  refuses: (open: StreamOpen) => boolean,
  act: (space: LocalSpace, agentOf: () => Promise<string | undefined>) => Promise<void>,
): Promise<void> {
  const space = new LocalSpace()
  const open = async (what: StreamOpen) => {
    if (refuses(what)) throw new SkeinError('too_many_streams', { limit: 64 })
    return await space.open(what)
  }
  const server = await TestServer.start({ guest: { ready: async () => undefined, open } })
  const client = await Attacker.login(net.connect(server.port, '127.0.0.1'), server.key.private)
  /** Runs a program as `ssh -A` does; answers which agent it was given. */
  const agentOf = async () => {
    const sessions = () => space.opened.filter(({ kind }) => kind === 'session')
    const before = sessions().length
    const { theirs } = await client.openSession()
    client.send(packet(Message.channelRequest, theirs, 'auth-agent-req@openssh.com', false))
    client.exec(theirs, 'true')
    const session = await eventually(() => sessions()[before], { ...PATIENCE, what: 'a program' })
    return session.kind === 'session' ? session.env?.SSH_AUTH_SOCK : undefined
  }
  try {
    await act(space, agentOf)
  } finally {
    client.close()
    await server.close()
    space.close()
  }
}

test('a program runs without the agent when nothing can listen for it, and the next has it again', () => {
  let isFull = true
  return withSpace(
    ({ kind }) => kind === 'listen' && isFull,
    async (_, agentOf) => {
      assert.equal(await agentOf(), undefined)
      isFull = false
      assert.match(String(await agentOf()), /agent-/)
    },
  )
})

test('sessions share one agent, and have another when its stream was lost', () =>
  withSpace(
    () => false,
    async (space, agentOf) => {
      const first = await agentOf()
      assert.equal(await agentOf(), first)
      const listens = space.opened.findIndex(({ kind }) => kind === 'listen')
      space.streams[listens]?.abort()
      const second = await eventually(
        async () => {
          const path = await agentOf()
          return path === first ? undefined : path
        },
        { ...PATIENCE, what: 'another agent' },
      )
      assert.equal(await agentOf(), second)
    },
  ))
