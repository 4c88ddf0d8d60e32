// Commands: exit statuses, both outputs, what is given to them, and a great many of them.

import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { test } from 'node:test'
import { amount } from '../../support/amount.ts'
import { digest, run, start, stop } from '../../support/ssh/client.ts'
import { aside, type Reach, ssh, sshWith } from './reach.ts'

const RUNS = amount({ usual: 12, whole: 200 })
/** The run in whose midst, or in that of one after it, its way is broken. */
const DISTURBED_AT = 6
/** At a time: what two cores can do without a client giving up on its handshake. */
const AT_ONCE = 4
const MEGABYTES = amount({ usual: 4, whole: 10 })
const BYTES = MEGABYTES * 1024 * 1024
const TIMEOUT_S = 30

export function commands(reach: () => Reach): void {
  manyRuns(reach)

  test('both outputs, the input and the status of a command are its own', async () => {
    const command = 'cat; echo to-stderr >&2; exit 7'
    const ran = await run(ssh(reach(), command), { input: 'typed' })
    assert.deepEqual(ran, { status: 7, stdout: 'typed', stderr: 'to-stderr\n' })
  })

  test(`${MEGABYTES} MB go in as they are`, async () => {
    const input = randomBytes(BYTES)
    const { stdout } = await run(ssh(reach(), 'sha256sum'), { input })
    assert.equal(stdout.split(' ')[0], createHash('sha256').update(input).digest('hex'))
  })

  test('the input’s end is heard while the command goes on', async () => {
    const { stdout } = await run(ssh(reach(), 'wc -c; echo after'), { input: 'four' })
    assert.equal(stdout, '4\nafter\n')
  })

  test('a program that is killed says by what', async () => {
    const { status } = await run(ssh(reach(), 'kill -9 $$'))
    // OpenSSH says 255 for a signal that it is told of.
    assert.equal(status, 255)
  })

  test('variables that are harmless arrive, others do not', async () => {
    const sent = ['-o', 'SendEnv=LC_TEST LD_PRELOAD BASH_ENV']
    const env = { LC_TEST: 'yes', LD_PRELOAD: '', BASH_ENV: '/tmp/evil' }
    const { stdout } = await run(sshWith(reach(), sent, 'echo "[$LC_TEST][$BASH_ENV]"'), { env })
    assert.equal(stdout, '[yes][]\n')
  })

  test('a client that goes away takes its program with it', async () => {
    const child = start(ssh(reach(), 'echo began; exec sleep 4711'))
    const [said] = await Promise.race([onceData(child.stdout), failed(child)])
    assert.equal(String(said), 'began\n')
    child.kill('SIGKILL')
    const left = 'while pgrep -xf "sleep 4711"; do sleep 0.1; done'
    const { status } = await aside(reach(), `timeout ${TIMEOUT_S} sh -c '${left}'`)
    assert.equal(status, 0, 'the program goes on')
    await stop(child)
  })
}

function manyRuns(reach: () => Reach): void {
  test(`${RUNS} commands of ${MEGABYTES} MB each end with their status and every byte`, async () => {
    const make = `head -c ${BYTES} /dev/urandom > /tmp/much; sha256sum < /tmp/much`
    const { stdout } = await aside(reach(), make)
    const [sha256] = stdout.split(' ')
    const { config } = reach()
    const shared = ['-S', join(config, '..', `control-${process.pid}`)]
    const master = start(sshWith(reach(), ['-M', '-N', ...shared]))
    let disturbed: Promise<void> | undefined
    const disturb = (i: number) => (bytes: number) => {
      if (i < DISTURBED_AT || bytes >= BYTES / 2 || disturbed) return
      disturbed = reach().disturb?.()
      // It is waited for below.
      disturbed?.catch(() => undefined)
    }
    let next = 0
    const worker = async () => {
      for (let i = next++; i < RUNS; i = next++) {
        // Every other one as a channel of one connection, as an editor has them.
        const options = i % 2 === 0 ? [] : shared
        const command = `cat /tmp/much; exit ${i % 200}`
        const ran = await digest(sshWith(reach(), options, command), disturb(i))
        assert.deepEqual(ran, { status: i % 200, bytes: BYTES, sha256 })
      }
    }
    try {
      await Promise.all(Array.from({ length: AT_ONCE }, worker))
      await disturbed
      if (reach().disturb) assert.ok(disturbed, 'nothing was under way')
    } finally {
      await stop(master)
    }
  })
}

const onceData = async (stream: NodeJS.ReadableStream | null): Promise<[Buffer]> =>
  new Promise((resolve) => stream?.once('data', (bytes: Buffer) => resolve([bytes])))

const failed = (child: { once(event: 'exit', then: () => void): unknown }): Promise<[string]> =>
  new Promise((resolve) => child.once('exit', () => resolve(['it ended'])))
