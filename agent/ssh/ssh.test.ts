import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import * as fs from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, afterEach, before, test } from 'node:test'
import { promisify } from 'node:util'
import { agentConfig } from '../../tests/agent/agent-config.ts'
import { eventually } from '../../tests/support/eventually.ts'
import { type AgentContext, createContext } from '../context.ts'
import { dispatch } from '../dispatch.ts'
import { createLog } from '../log.ts'
import { Resuming } from '../resumable/testing/resuming.ts'
import { hostPublicKey } from './host-key.ts'

const run = promisify(execFile)
const pipe = path.join(import.meta.dirname, 'testing/pipe.ts')

let folder: string
let agent: AgentContext
let server: Server
const clients: Resuming[] = []

before(async () => {
  folder = await fs.mkdtemp(path.join(tmpdir(), 'skein-agent-ssh-'))
  const home = path.join(folder, 'home')
  await fs.mkdir(home)
  const config = agentConfig({ home, shell: '/bin/bash', hostKeySeed: 'ab'.repeat(32) })
  const ignore = () => undefined
  agent = createContext({ config, log: createLog(), report: ignore, learnAddresses: ignore })
  await fs.writeFile(path.join(folder, 'known_hosts'), `* ${hostPublicKey(config)}\n`)
  server = createServer({ allowHalfOpen: true }, (socket) => {
    const client = new Resuming({ type: 'ssh' }, (stream) => dispatch(stream, agent))
    clients.push(client)
    client.onOutput = (bytes, consumed) => void socket.write(bytes, consumed)
    client.onRoom = () => socket.resume()
    client.fin.promise.then(
      () => socket.end(),
      () => undefined,
    )
    socket.on('data', (bytes) => {
      client.write(bytes)
      if (client.client.isFull) socket.pause()
    })
    socket.on('end', () => client.end())
    socket.on('error', () => client.cancel())
    client.connect()
  })
  server.listen(path.join(folder, 's'))
})

afterEach(() => {
  agent.resumables.close()
  clients.length = 0
})

after(async () => {
  server.close()
  await agent.terminals.close()
  await fs.rm(folder, { recursive: true })
})

const options = () => [
  '-F',
  'none',
  '-o',
  `ProxyCommand=${process.execPath} ${pipe} ${folder}/s`,
  '-o',
  `UserKnownHostsFile=${folder}/known_hosts`,
  '-o',
  'StrictHostKeyChecking=yes',
  '-o',
  'BatchMode=yes',
]

const ssh = (...argv: string[]) =>
  run('ssh', [...options(), 'space', ...argv], {
    timeout: 60_000,
    encoding: 'buffer',
    maxBuffer: 1e9,
  })

test('OpenSSH’s client signs in without a key and knows the space by its own', async () => {
  const { stdout } = await ssh('echo hello from $(pwd)')
  assert.equal(stdout.toString(), `hello from ${folder}/home\n`)
  await assert.rejects(ssh('exit 7'), { code: 7 })
})

test('a command goes on where it was while the connection under it is cut again and again', async () => {
  const input = randomBytes(8_000_000)
  const argv = [...options(), 'space', 'tee >(sha256sum >&2)']
  const child = spawn('ssh', argv, { stdio: ['pipe', 'pipe', 'pipe'] })
  const got: Buffer[] = []
  let errors = ''
  child.stdout.on('data', (bytes: Buffer) => got.push(bytes))
  child.stderr.on('data', (bytes: Buffer) => {
    errors += bytes
  })
  child.stdin.end(input)
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const cutting = setInterval(() => clients[0]?.reconnect(), 30)
  const status = await ended
  clearInterval(cutting)
  assert.equal(status, 0)
  assert.ok((clients[0]?.connections ?? 0) > 3)
  assert.ok(Buffer.concat(got).equals(input))
  assert.ok(errors.includes(createHash('sha256').update(input).digest('hex')))
})

test('a terminal, a file, a forwarded port and a forwarded socket go the same way', async () => {
  const { stdout } = await ssh('-tt', 'stty size; exit')
  assert.match(stdout.toString(), /\d+ \d+/)
  const file = path.join(folder, 'file')
  await fs.writeFile(file, randomBytes(3_000_000))
  await run('scp', [...options(), file, 'space:there'], { timeout: 60_000 })
  assert.ok((await fs.readFile(`${folder}/home/there`)).equals(await fs.readFile(file)))
  const socket = path.join(folder, 'back')
  const talk = createServer((one) => one.end('from the laptop')).listen(path.join(folder, 'laptop'))
  const client = `import("node:net").then((net) => net.connect("${socket}").pipe(process.stdout))`
  const back = await ssh('-R', `${socket}:${folder}/laptop`, `${process.execPath} -e '${client}'`)
  talk.close()
  assert.equal(back.stdout.toString(), 'from the laptop')
})

test('when the client goes, what it ran goes too, and nothing is kept', async () => {
  const argv = [...options(), 'space', 'echo $$; sleep 1000']
  const child = spawn('ssh', argv, { stdio: ['ignore', 'pipe', 'ignore'] })
  const pid = await new Promise<number>((resolve) => {
    child.stdout.once('data', (bytes: Buffer) => resolve(Number(String(bytes))))
  })
  child.kill()
  const isGone = () => {
    try {
      process.kill(pid, 0)
      return false
    } catch {
      return true
    }
  }
  await eventually(isGone, { timeoutMs: 15_000, what: 'the end of the program' })
})
