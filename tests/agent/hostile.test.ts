import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AgentContainer, DEBIAN_IMAGE } from './container.ts'

/**
 * A small space: what the user starts must not take the agent, the other terminals or the container with it. One core,
 * since the machine that runs the tests has other work.
 */
const small = ['--memory=256m', '--memory-swap=256m', '--pids-limit=64', '--cpus=1']

/** What is typed, and what shows that it has come to its worst; the shell's echo of the typing never does. */
const attacks = {
  'one program that takes all memory': {
    script: 'head -c 2G /dev/zero | tail; echo over:$((1 + 1))\n',
    worst: /over:2/,
    outOfMemory: true,
  },
  'many small programs that take all memory together': {
    script:
      'for i in $(seq 10); do (head -c 40M /dev/zero | tail | sleep 10) & done; wait; echo over:$((1 + 1))\n',
    worst: /over:2/,
    outOfMemory: true,
  },
  'a fork bomb': {
    script: 'bomb() { bomb | bomb & }; bomb\n',
    worst: /Resource temporarily unavailable/,
    outOfMemory: false,
  },
}
/** The kernel's own count of what it killed, in either layout of control groups. */
async function memoryEvents(container: AgentContainer): Promise<string> {
  const files = '/sys/fs/cgroup/memory.events /sys/fs/cgroup/memory/memory.oom_control'
  return (await container.exec(['/bin/sh', '-c', `cat ${files} 2>/dev/null`])).stdout
}

/** How often the other terminal is used after the worst has begun. */
const ROUNDS = 20

for (const [name, { script, worst, outOfMemory }] of Object.entries(attacks)) {
  test(`${name} ends neither the agent nor another terminal`, async (t) => {
    const container = await AgentContainer.start({ image: DEBIAN_IMAGE, flags: small })
    try {
      const calm = await container.terminal('calm')
      const ask = async () => {
        calm.type('echo shell:$$:$((1 + 1))\n')
        return calm.until(/shell:\d+:2/, 30_000)
      }
      const shell = await ask()
      const { run } = container
      const attacker = await container.terminal('attacker')
      attacker.type(script)
      await attacker.until(worst, 60_000)
      const startedMs = performance.now()
      for (let round = 0; round < ROUNDS; round++) assert.equal(await ask(), shell)
      t.diagnostic(`an answer in ${((performance.now() - startedMs) / ROUNDS).toFixed(0)} ms`)
      if (outOfMemory) assert.match(await memoryEvents(container), /^oom_kill [1-9]/m)
      assert.equal((await container.state()).Running, true)
      assert.equal(container.run, run)
    } finally {
      await container.close()
    }
  })
}
