// The packed agent in a real container, linked to a peer's Links in this process over a unix socket in a mounted folder.
// Whoever starts one closes it: the container, the socket and the folder go with it.

import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ExecReader } from '#protocol/exec.ts'
import { AGENT_FLAGS } from '#protocol/heap.ts'
import { newId, type SpaceId } from '#protocol/ids.ts'
import type { Actor, Fin, StreamOpen } from '#protocol/link.ts'
import type { AgentConfig } from '#protocol/report.ts'
import { systemClock } from '../../server/clock.ts'
import { createLinks, type Links } from '../../server/links/links.ts'
import type { LinkStream } from '../../server/links/streams.ts'
import type { Live } from '../../server/live/live.ts'
import { createLive } from '../../server/live/table.ts'
import { silentLog } from '../../server/log.ts'
import { docker, dockerLog } from '../support/docker.ts'
import { eventually } from '../support/eventually.ts'
import { agentConfig } from './agent-config.ts'
import { Viewer } from './viewer.ts'

export const DEBIAN_IMAGE = 'skein/debian-test:1'
/** One static busybox and nothing else: no libc, no /etc/passwd, no /tmp. */
export const BUSYBOX_IMAGE = 'skein/busybox-test:1'

const root = new URL('../..', import.meta.url).pathname
const loader = process.arch === 'arm64' ? 'ld-linux-aarch64.so.1' : 'ld-linux-x86-64.so.2'
/** Long enough for a machine that runs other tests too, milliseconds. */
const START_TIMEOUT_MS = 20_000
const ACTOR: Actor = { kind: 'user', id: 'u', name: 'tester' }

export interface ContainerOptions {
  readonly image: string
  /** More words for `docker create`. */
  readonly flags?: readonly string[]
  readonly config?: Partial<AgentConfig>
}

export class AgentContainer {
  readonly spaceId: SpaceId = newId<'space'>()
  readonly live: Live = createLive({ clock: systemClock })
  readonly #links: Links
  readonly #server = createServer()
  readonly #folder = mkdtempSync(join(tmpdir(), 'skein-agenttest-'))
  readonly #key = randomBytes(32)
  readonly #viewers: Viewer[] = []
  #container: string | undefined

  private constructor() {
    this.#links = createLinks({
      agentKey: ({ spaceId }) => (spaceId === this.spaceId ? this.#key : undefined),
      live: this.live,
      clock: systemClock,
      log: silentLog(),
    })
    this.#server.on('upgrade', (request, socket, head) =>
      this.#links.handleUpgrade(request, socket, head),
    )
  }

  /** Packs the agent when needed, starts the container and waits for its link. */
  static async start(options: ContainerOptions): Promise<AgentContainer> {
    execFileSync(process.execPath, [join(root, 'scripts/pack-agent.js')], { stdio: 'pipe' })
    const container = new AgentContainer()
    try {
      await container.#start(options)
      return container
    } catch (error) {
      const log = await container.log()
      await container.close()
      throw new Error(`the agent did not link; its log:\n${log}`, { cause: error })
    }
  }

  async #start({ image, flags = [], config }: ContainerOptions): Promise<void> {
    const socket = join(this.#folder, 'link.sock')
    this.#server.listen(socket)
    await once(this.#server, 'listening')
    chmodSync(this.#folder, 0o755)
    chmodSync(socket, 0o666)
    const key = this.#key.toString('hex')
    const addresses = ['unix:/run/skein/link.sock']
    const told = agentConfig({ spaceId: this.spaceId, key, addresses, ...config })
    const told64 = Buffer.from(JSON.stringify(told)).toString('base64')
    this.#container = await docker(
      ...['create', '--name', `skein-agenttest-${this.spaceId}`, '--init', ...flags],
      ...['--volume', `${join(root, 'dist/agent')}:/.skein:ro`],
      ...['--volume', `${this.#folder}:/run/skein:ro`],
      ...['--env', `SKEIN_AGENT=${told64}`, '--entrypoint', `/.skein/lib/${loader}`],
      ...[image, '--library-path', '/.skein/lib', '/.skein/node'],
      ...[...AGENT_FLAGS, '/.skein/agent.mjs'],
    )
    await docker('start', this.#container)
    await eventually(() => this.run, { timeoutMs: START_TIMEOUT_MS, what: 'the agent’s link' })
  }

  /** Random per agent process, as it last told; undefined while there is no link. */
  get run(): string | undefined {
    return this.live.get('agent', this.spaceId)?.run
  }

  open(open: StreamOpen): Promise<LinkStream> {
    return this.#links.streams.open({ space: this.spaceId }, open, { actor: ACTOR, requestId: 'r' })
  }

  /** Runs a program to its end. */
  async exec(command: string[], stdin = ''): Promise<{ stdout: string; stderr: string; fin: Fin }> {
    const stream = await this.open({ kind: 'exec', command })
    stream.duplex.write(stdin)
    stream.fin({ ok: true })
    const reader = new ExecReader()
    const text = { stdout: '', stderr: '' }
    for await (const chunk of stream.duplex as AsyncIterable<Buffer>) {
      for (const { channel, bytes } of reader.push(chunk)) {
        text[channel === 1 ? 'stdout' : 'stderr'] += Buffer.from(bytes).toString()
      }
    }
    return { ...text, fin: await stream.finished }
  }

  async terminal(terminal: string): Promise<Viewer> {
    const stream = await this.open({ kind: 'terminal', terminal, cols: 80, rows: 24 })
    const viewer = new Viewer(stream, terminal)
    this.#viewers.push(viewer)
    return viewer
  }

  /** What of the agent's memory is not shared with other agents, bytes. */
  async privateBytes(): Promise<number> {
    const init = (await this.state()).Pid
    const agent = readFileSync(`/proc/${init}/task/${init}/children`, 'utf8').trim().split(' ')[0]
    const rollup = readFileSync(`/proc/${agent}/smaps_rollup`, 'utf8')
    const fields = [...rollup.matchAll(/^Private_(?:Clean|Dirty): +(\d+) kB$/gm)]
    return fields.reduce((sum, [, kilobytes]) => sum + Number(kilobytes) * 1024, 0)
  }

  async state(): Promise<{ Running: boolean; Pid: number; ExitCode: number; OOMKilled: boolean }> {
    if (this.#container === undefined) throw new Error('there is no container')
    return JSON.parse(await docker('inspect', '--format', '{{json .State}}', this.#container))
  }

  /** Asks the agent to end, as `docker stop` does; resolves when the container has ended. */
  async stop(): Promise<void> {
    if (this.#container !== undefined) await docker('stop', '--time', '15', this.#container)
  }

  async log(): Promise<string> {
    return this.#container === undefined ? '' : await dockerLog(this.#container)
  }

  async close(): Promise<void> {
    for (const viewer of this.#viewers) viewer.close()
    if (this.#container !== undefined) {
      await docker('rm', '--force', '--volumes', this.#container)
    }
    await this.#links.close()
    this.live.close()
    this.#server.closeAllConnections()
    this.#server.close()
    rmSync(this.#folder, { recursive: true })
  }
}
