// Peers' memberships as processes of their own, each in a namespace of the network, and what each of them concludes.

import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createInterface } from 'node:readline'
import { newId } from '../../protocol/ids.ts'
import type { Change } from '../../server/cluster/membership.ts'
import { eventually } from '../support/eventually.ts'
import { type Packed, packed } from '../support/packed.ts'
import { Namespaces } from './namespaces.ts'
import type { PeerOrder } from './peer-process.ts'

const PROGRAM = new URL('./peer-process.ts', import.meta.url).pathname
const PORT = 7534

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
  readonly host: string
  readonly #space: string
  readonly #secret: string
  readonly #program: () => string
  #boot = 0
  #child: ChildProcess | undefined
  #view: Record<string, string> = {}
  #words: ReadonlySet<string> = new Set()

  constructor(number: number, network: Namespaces, secret: string, program: () => string) {
    this.number = number
    this.host = network.host(number)
    this.#space = network.space(number)
    this.#secret = secret
    this.#program = program
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
    const argv = [
      'netns',
      'exec',
      this.#space,
      process.execPath,
      this.#program(),
      JSON.stringify(order),
    ]
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
  readonly #network: Namespaces
  #packed: Packed | undefined

  constructor(size: number) {
    const secret = randomBytes(32).toString('hex')
    const network = new Namespaces(size)
    const program = () => this.#packed?.file ?? PROGRAM
    this.#network = network
    this.peers = network.places.map((place) => new LabPeer(place, network, secret, program))
  }

  /** Makes the network and starts everybody; resolves when all know all. */
  async open(): Promise<void> {
    this.#packed = await packed(PROGRAM)
    this.#network.open()
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
    this.#network.cut(from.number, to.number)
  }

  mend(from: LabPeer, to: LabPeer): void {
    this.#network.mend(from.number, to.number)
  }

  close(): void {
    for (const peer of this.peers) peer.kill()
    this.#network.close()
    this.#packed?.remove()
  }
}
