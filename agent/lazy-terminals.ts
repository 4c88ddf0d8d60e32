// The terminals, loaded when the first is opened: node-pty and the screen cost memory that a space without a terminal
// need not pay.

import type { TerminalInfo } from '#protocol/api/timeline.ts'
import type { AgentConfig, AgentReport } from '#protocol/report.ts'
import { systemClock } from './clock.ts'
import type { ServedStream } from './link/served.ts'
import type { Terminals } from './terminal/terminals.ts'

interface Loaded {
  readonly terminals: Terminals
  readonly handle: (stream: ServedStream) => Promise<void>
}

export class LazyTerminals {
  readonly #config: AgentConfig
  readonly #report: (report: AgentReport) => void
  #loading: Promise<Loaded> | undefined
  #loaded: Loaded | undefined

  constructor(config: AgentConfig, report: (report: AgentReport) => void) {
    this.#config = config
    this.#report = report
  }

  async handle(stream: ServedStream): Promise<void> {
    this.#loading ??= this.#load()
    await (await this.#loading).handle(stream)
  }

  list(): TerminalInfo[] {
    return this.#loaded?.terminals.list() ?? []
  }

  /** False when there is none of that name. */
  async closeTerminal(name: string): Promise<boolean> {
    return (await this.#loaded?.terminals.closeTerminal(name)) ?? false
  }

  async close(): Promise<void> {
    await (await this.#loading)?.terminals.close()
  }

  async #load(): Promise<Loaded> {
    const [{ Terminals }, { handleTerminal }, { describeProgram }] = await Promise.all([
      import('./terminal/terminals.ts'),
      import('./terminal/handle.ts'),
      import('./child/shell.ts'),
    ])
    const terminals = new Terminals({
      clock: systemClock,
      describe: (command) => describeProgram(this.#config, command),
      onChange: () => this.#report({ type: 'terminals', count: terminals.count }),
    })
    this.#loaded = { terminals, handle: (stream) => handleTerminal(stream, terminals) }
    return this.#loaded
  }
}
