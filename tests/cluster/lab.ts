// A network of our own on this machine: a namespace for each peer, joined by a bridge in one of its own, so that links
// between peers can be cut in one direction, and nothing of it touches the machine's network. Needs root and iproute2.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createInterface } from 'node:readline'
import { newId } from '../../protocol/ids.ts'
import type { Change } from '../../server/cluster/membership.ts'
import { eventually } from '../support/eventually.ts'
import type { PeerOrder } from './peer-process.ts'

const PROGRAM = new URL('./peer-process.ts', import.meta.url).pathname
const PORT = 7534
const TAG = `sk${process.pid}`

const ip = (...args: string[]) => execFileSync('ip', args, { stdio: 'pipe' })
const inside = (space: string, ...command: string[]) => ip('netns', 'exec', space, ...command)

interface Told {
  readonly change?: Change
  readonly refused?: string
  readonly view?: Record<string, string>
  /** Whose words on what is live it has. */
  readonly heard?: readonly string[]
}

export class LabPeer {
  readonly number: number
  readonly id = newId<'peer'>()
  /** Everything it ever concluded, over all its starts. */
  readonly changes: Change[] = []
  readonly #secret: string
  #boot = 0
  #child: ChildProcess | undefined
  #view: Record<string, string> = {}
  #words: ReadonlySet<string> = new Set()

  constructor(number: number, secret: string) {
    this.number = number
    this.#secret = secret
  }

  get space(): string {
    return `${TAG}-${this.number}`
  }

  get host(): string {
    return `10.99.0.${this.number}`
  }

  start(seeds: readonly LabPeer[]): void {
    this.#boot += 1
    this.#view = {}
    const order: PeerOrder = {
      id: this.id,
      boot: this.#boot,
      host: this.host,
      port: PORT,
      secret: this.#secret,
      seeds: seeds.filter((seed) => seed !== this).map(({ host }) => `${host}:${PORT}`),
    }
    const argv = ['netns', 'exec', this.space, process.execPath, PROGRAM, JSON.stringify(order)]
    const child = spawn('ip', argv, { stdio: ['ignore', 'pipe', 'inherit'] })
    this.#child = child
    createInterface({ input: child.stdout }).on('line', (line) => this.#heard(JSON.parse(line)))
  }

  signal(name: NodeJS.Signals): void {
    this.#child?.kill(name)
  }

  kill(): void {
    this.signal('SIGKILL')
  }

  stateOf(other: LabPeer): string | undefined {
    return this.#view[other.id]
  }

  /** Whether it has what the other says of the present. */
  hears(other: LabPeer): boolean {
    return this.#words.has(other.id)
  }

  #heard({ change, view, heard }: Told): void {
    if (change) this.changes.push(change)
    if (view) this.#view = view
    if (heard) this.#words = new Set(heard)
  }
}

export class Lab {
  readonly peers: readonly LabPeer[]

  constructor(size: number) {
    const secret = randomBytes(32).toString('hex')
    this.peers = Array.from({ length: size }, (_, i) => new LabPeer(i + 1, secret))
  }

  /** Makes the network and starts everybody; resolves when all know all. */
  async open(): Promise<void> {
    ip('netns', 'add', `${TAG}-hub`)
    inside(`${TAG}-hub`, 'ip', 'link', 'add', 'bridge', 'type', 'bridge')
    inside(`${TAG}-hub`, 'ip', 'link', 'set', 'bridge', 'up')
    for (const peer of this.peers) this.#plug(peer)
    for (const peer of this.peers) peer.start(this.peers)
    await this.agree(30_000)
  }

  /** Resolves when all that run hold one another for alive. */
  async agree(timeoutMs: number, running: readonly LabPeer[] = this.peers): Promise<number> {
    const began = performance.now()
    const disagree = () =>
      running.flatMap((observer) =>
        running
          .filter((subject) => subject !== observer && observer.stateOf(subject) !== 'alive')
          .map(
            (subject) =>
              `${observer.number} holds ${subject.number} for ${observer.stateOf(subject)}`,
          ),
      )
    await eventually(() => disagree().length === 0, {
      timeoutMs,
      what: 'equal views',
    }).catch((error: unknown) => {
      throw new Error(`${String(error)}: ${disagree().join(', ')}`)
    })
    return performance.now() - began
  }

  /** What `from` sends no longer reaches `to`. */
  cut(from: LabPeer, to: LabPeer): void {
    inside(to.space, 'iptables', '-I', 'INPUT', '-s', from.host, '-j', 'DROP')
  }

  mend(from: LabPeer, to: LabPeer): void {
    inside(to.space, 'iptables', '-D', 'INPUT', '-s', from.host, '-j', 'DROP')
  }

  /** Drops this share of what arrives at every peer. */
  lose(share: number): void {
    for (const { space } of this.peers) {
      const random = ['-m', 'statistic', '--mode', 'random', '--probability', String(share)]
      inside(space, 'iptables', '-A', 'INPUT', '-p', 'udp', ...random, '-j', 'DROP')
    }
  }

  close(): void {
    for (const peer of this.peers) peer.kill()
    for (const { space } of this.peers) remove(space)
    remove(`${TAG}-hub`)
  }

  #plug({ number, space, host }: LabPeer): void {
    const hub = `${TAG}-hub`
    ip('netns', 'add', space)
    ip(
      'link',
      'add',
      `${TAG}p${number}`,
      'netns',
      hub,
      'type',
      'veth',
      'peer',
      'eth0',
      'netns',
      space,
    )
    inside(hub, 'ip', 'link', 'set', `${TAG}p${number}`, 'master', 'bridge', 'up')
    inside(space, 'ip', 'address', 'add', `${host}/24`, 'dev', 'eth0')
    inside(space, 'ip', 'link', 'set', 'eth0', 'up')
    inside(space, 'ip', 'link', 'set', 'lo', 'up')
  }
}

function remove(space: string): void {
  try {
    ip('netns', 'del', space)
  } catch {
    // It was never made.
  }
}
