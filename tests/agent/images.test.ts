import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../support/eventually.ts'
import { AgentContainer, BUSYBOX_IMAGE, type ContainerOptions, DEBIAN_IMAGE } from './container.ts'

/** Everything that an administrator may take away from a container. */
const bare = ['--read-only', '--cap-drop=ALL', '--network=none']
/** Promised for an agent without a terminal (bytes). */
const PRIVATE_BYTES = 20 * 1024 * 1024

const containers: Record<string, ContainerOptions> = {
  'a Debian image': { image: DEBIAN_IMAGE },
  'a Debian image as uid 1000 with nothing allowed': {
    image: DEBIAN_IMAGE,
    flags: ['--user=1000', ...bare],
  },
  'an image of one static busybox': { image: BUSYBOX_IMAGE },
  'one static busybox as uid 1000 with a read-only root, no capabilities and no network': {
    image: BUSYBOX_IMAGE,
    flags: ['--user=1000:1000', ...bare],
  },
}

for (const [name, options] of Object.entries(containers)) {
  test(`in ${name} the agent links, runs a program and opens a terminal`, async () => {
    const container = await AgentContainer.start(options)
    try {
      const { stdout, fin } = await container.exec(['/bin/sh', '-c', 'cat; exit 3'], 'hello')
      assert.deepEqual([stdout, fin], ['hello', { ok: false, status: 3 }])
      const terminal = await container.terminal('main')
      terminal.type('echo $((6 * 7)):$TERM:$LANG\n')
      await terminal.until(/42:xterm-256color:C.UTF-8/)
      terminal.type('tty && stty size\n')
      if (options.image === DEBIAN_IMAGE) await terminal.until(/dev\/pts\/\d+\s+24 80/)
      terminal.type('env | grep -c SKEIN_; exit 0\n')
      await terminal.until(/\b0\s/)
    } finally {
      await container.close()
    }
  })
}

test('an idle agent keeps little memory for itself', async (t) => {
  // What two agents map from the same files is shared, as on any host with more than one space.
  const options = { image: BUSYBOX_IMAGE }
  const containers = [await AgentContainer.start(options), await AgentContainer.start(options)]
  try {
    const measure = async () =>
      Math.max(...(await Promise.all(containers.map((container) => container.privateBytes()))))
    await eventually(async () => (await measure()) <= PRIVATE_BYTES, {
      timeoutMs: 10_000,
      what: 'agents of at most 20 MB',
    })
    t.diagnostic(`${((await measure()) / 1024 / 1024).toFixed(1)} MB private`)
  } finally {
    for (const container of containers) await container.close()
  }
})

test('a container that is stopped ends its services first, and quickly', async () => {
  const container = await AgentContainer.start({
    image: BUSYBOX_IMAGE,
    config: {
      startup: 'echo started',
      services: [
        {
          name: 'web',
          command: ['/bin/sh', '-c', 'trap "echo bye; exit 0" TERM; sleep 60 & wait'],
        },
      ],
    },
  })
  try {
    const startup = await eventually(
      () => {
        const seen = container.live.get('startup', container.spaceId)
        return seen?.state === 'done' ? seen : undefined
      },
      { timeoutMs: 10_000, what: 'the start-up script' },
    )
    assert.deepEqual(startup.tail, ['started'])
    await eventually(
      () => container.live.get('services', container.spaceId)?.[0]?.state === 'running',
      { timeoutMs: 10_000, what: 'the service' },
    )
    await container.stop()
    assert.equal((await container.state()).ExitCode, 0)
  } finally {
    await container.close()
  }
})
