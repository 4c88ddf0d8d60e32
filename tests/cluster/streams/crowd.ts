// Everybody who works at once: so many terminals, ssh and forwards, spread over the spaces and the servers.

import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../../support/eventually.ts'
import { type Event, longestWait, quantile } from './events.ts'
import { openForward } from './forward-wire.ts'
import { command, type Sizes } from './lines.ts'
import type { Site } from './site.ts'
import { openSsh } from './ssh-wire.ts'
import { Talk, type TalkOptions } from './talk.ts'
import { openTerminal } from './terminal-wire.ts'
import type { OpenWire } from './wire.ts'

export interface CrowdSize {
  readonly terminals: number
  readonly ssh: number
  readonly forwards: number
}

/** A terminal's line is short; ssh and forwards carry more. A person types less often than that. */
export const SIZES: Sizes = { tickBytes: 900, tickMs: 100 }
const TERMINAL: TalkOptions = { tickBytes: SIZES.tickBytes, inputBytes: 24, typeMs: 200 }
const PIPE: TalkOptions = { tickBytes: SIZES.tickBytes, inputBytes: 2000, typeMs: 200 }
/** Until everybody has an answer to something typed after an event, ms: beyond it a stream is as good as closed. */
const PATIENCE_MS = 60_000
/** So many begin at a time: each is a login of its own, some of them processes. */
const AT_ONCE = 4

export class Crowd {
  readonly talks: Talk[] = []
  readonly #site: Site

  constructor(site: Site) {
    this.#site = site
  }

  async open({ terminals, ssh, forwards }: CrowdSize): Promise<void> {
    const opens = [
      ...times(terminals, (i) => [`terminal-${i}`, this.#terminal(i), TERMINAL] as const),
      ...times(ssh, (i) => [`ssh-${i}`, this.#ssh(i), PIPE] as const),
      ...times(forwards, (i) => [`forward-${i}`, this.#forward(i), PIPE] as const),
    ].values()
    const worker = async () => {
      for (const [name, open, options] of opens) {
        const talk = await Talk.open(name, open, options)
        this.talks.push(talk)
        talk.start()
      }
    }
    await Promise.all(times(AT_ONCE, worker))
  }

  /** Resolves when everybody has been answered what was typed after this moment. */
  async settled(): Promise<void> {
    const fromMs = performance.now()
    for (const talk of this.talks) talk.type()
    const late = () =>
      this.talks.filter(({ judge }) => {
        const last = judge.echoes.at(-1)
        return judge.violations.length === 0 && (last === undefined || last.typedMs < fromMs)
      })
    await eventually(() => late().length === 0, {
      timeoutMs: PATIENCE_MS,
      what: 'everybody to be answered',
    }).catch(() => {
      for (const { judge } of late()) judge.note('closed', `silent for ${PATIENCE_MS} ms`)
    })
  }

  /** An event, from `work` to when all go on, with somebody typing at its very beginning. */
  async during(name: string, withinMs: number | undefined, work: () => Promise<void>) {
    await this.settled()
    const fromMs = performance.now()
    const worked = work()
    for (const talk of this.talks) talk.type()
    await worked
    const toMs = performance.now()
    await this.settled()
    return { name, fromMs, toMs, ...(withinMs !== undefined && { withinMs }) }
  }

  /** Nothing happens for so long: what a line takes then tells what the others are worth. */
  async calm(ms: number): Promise<Event> {
    return this.during('nothing', undefined, () => sleep(ms))
  }

  /** One line for people: how long those of each kind waited. */
  tell(event: Event): string {
    const kinds = ['terminal', 'ssh', 'forward'].flatMap((kind) => {
      const waits = this.talks
        .filter(({ name }) => name.startsWith(`${kind}-`))
        .map(({ judge }) => longestWait(judge, event))
      if (waits.length === 0) return []
      const [middle, worst] = [quantile(waits, 0.5), quantile(waits, 1)]
      return [`${kind} p50 ${middle.toFixed(0)} worst ${worst.toFixed(0)}`]
    })
    return `${event.name}: ${kinds.join(', ')} ms`
  }

  worst(event: Event): number {
    return Math.max(...this.talks.map(({ judge }) => longestWait(judge, event)))
  }

  async finish(): Promise<void> {
    await Promise.all(this.talks.map((talk) => talk.finish()))
  }

  close(): void {
    for (const talk of this.talks) talk.close()
  }

  #space(i: number) {
    const { spaces } = this.#site
    const space = spaces[i % spaces.length]
    if (!space) throw new Error('no space')
    return space
  }

  #terminal(i: number): OpenWire {
    const { urls, cookie } = this.#site
    const { id: spaceId } = this.#space(i)
    const typed = `${command('tty', SIZES)}\r`
    // Each space's terminals over all peers: not all of one space by the same.
    const first = Math.floor(i / this.#site.spaces.length)
    const name = `talk-${i}`
    return openTerminal({ urls, cookie, spaceId, name, first, number: i, command: typed })
  }

  #ssh(i: number): OpenWire {
    const { laptop, config } = this.#site
    const host = `${this.#space(i).name}.skein`
    return openSsh({ laptop, config, host, command: command('pipe', SIZES) })
  }

  #forward(i: number): OpenWire {
    return openForward({ laptop: this.#site.laptop, space: this.#space(i).name })
  }
}

const times = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i))
