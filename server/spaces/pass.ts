// One look at a space and one step: reads what is wanted and recorded, observes what is there, asks the machine, does
// what it says. Everything that can be decided is decided in machine.ts; here it is only done and written down.

import { SkeinError, toSkeinError } from '#protocol/errors.ts'
import type { SpaceId } from '#protocol/ids.ts'
import { Mask } from '#protocol/mask.ts'
import type { Clock } from '../clock.ts'
import type { Live } from '../live/live.ts'
import type { Row } from '../records/records.ts'
import type { Log } from '../store/log.ts'
import type { ParsedTemplate } from '../templates/template.ts'
import type { Templates } from '../templates/templates.ts'
import { clearContainers } from './clear.ts'
import type { Verdict } from './lanes.ts'
import type { Launcher } from './launch.ts'
import { type Desired, nextStep, type Observed, type Runtime, type Step } from './machine.ts'
import { observe } from './observe.ts'
import type { Owner } from './owner.ts'
import { Rendering, type RenderingOptions } from './rendering.ts'
import type { Engine, EngineFacts } from './runtime/engine.ts'
import { RuntimeWriter } from './runtime-writer.ts'
import { gracesOf, readShutDown } from './shut-down.ts'
import type { OpenStep, StepSubject, Timeline } from './timeline.ts'
import { removeVolumes } from './volumes.ts'

/** The lines of a container's log that a failure keeps. */
const LOG_LINES = 42

export interface PassOptions extends RenderingOptions {
  readonly live: Live
  readonly links: { unlink(spaceId: string): void }
  readonly engine: Engine
  readonly templates: Pick<Templates, 'parsed'>
  readonly launcher: Launcher
  readonly timeline: Timeline
  readonly cluster: string
  readonly clock: Clock
  readonly log: Log
}

/** As the timeline names what is waited for. */
const waitTexts = { agent: 'Wait for its agent', startup: 'Run the start-up script' } as const

interface Wait {
  readonly for: keyof typeof waitTexts
  readonly step: OpenStep
}

/** What a pass works on; read at its begin. */
interface Subject {
  readonly id: SpaceId
  readonly row: Row<'space'>
  readonly desired: Desired
  readonly runtime: Runtime | undefined
  /** Of the version that runs, or else of the one that shall. */
  readonly template: ParsedTemplate | undefined
  readonly told: StepSubject
  readonly owner: Owner
  readonly facts: EngineFacts
  readonly signal: AbortSignal
}

const again: Verdict = { come: 'again' }
const whenTouched: Verdict = { come: 'when touched' }

/** Before the first start there is none, and no agent. */
const epochOf = (runtime: Runtime | undefined): number => runtime?.epoch ?? 0

export class Passes {
  readonly #options: PassOptions
  readonly #writer: RuntimeWriter
  readonly #rendering: Rendering
  /** Agents that were linked to a peer before us need time to find this one. */
  readonly #startedMs: number
  /** The steps of spaces that wait for a report, open over several passes. */
  readonly #waits = new Map<SpaceId, Wait>()

  constructor(options: PassOptions) {
    this.#options = options
    this.#writer = new RuntimeWriter(options)
    this.#rendering = new Rendering(options)
    this.#startedMs = options.clock.nowMs()
  }

  /** Rejects with `engine_unreachable`, and with whatever makes clearing fail; a failed start is written down. */
  async run(
    owner: Owner,
    facts: EngineFacts,
    spaceId: SpaceId,
    signal: AbortSignal,
  ): Promise<Verdict> {
    const subject = this.#read(owner, facts, spaceId, signal)
    if (subject === undefined) return whenTouched
    const { desired, runtime, template } = subject
    const observed = await observe({
      ...this.#options,
      owner,
      spaceId,
      epoch: epochOf(runtime),
      main: template?.main ?? '',
    })
    const step = nextStep({
      desired,
      runtime,
      observed,
      hasStartup: template?.startup !== undefined,
      waitingSinceMs: Math.max(runtime?.since ?? 0, this.#startedMs),
      nowMs: this.#options.clock.nowMs(),
    })
    this.#endWaits(subject, step, observed)
    return await this.#do(step, subject, observed)
  }

  /** Ends the open steps of a space whose host is gone or whose peer ends. */
  forget(spaceId: SpaceId): void {
    this.#waits.delete(spaceId)
  }

  #read(owner: Owner, facts: EngineFacts, id: SpaceId, signal: AbortSignal): Subject | undefined {
    const row = this.#options.records.get('space', id)
    const { desired, runtime, spec } = row?.groups ?? {}
    if (row === undefined || desired === undefined || spec === undefined) return undefined
    const versionId = runtime?.versionId ?? spec.versionId
    const template = this.#options.templates.parsed(versionId)?.template
    const told = { spaceId: id, intentId: desired.intentId, actor: desired.by }
    return { id, row, desired, runtime, template, told, owner, facts, signal }
  }

  async #do(step: Step, subject: Subject, observed: Observed): Promise<Verdict> {
    switch (step.do) {
      case 'nothing':
        return whenTouched
      case 'begin':
        await this.#begin(subject)
        return again
      case 'launch':
        return await this.#launch(subject)
      case 'wait':
        return this.#wait(subject, step)
      case 'clear':
        return await this.#clear(subject, step.state, observed)
      case 'settle':
        return await this.#settle(subject, step, observed)
      case 'erase':
        await this.#erase(subject)
        return whenTouched
    }
  }

  /** The epoch is written before anything is made, so that no container exists whose epoch nobody knows. */
  async #begin({ owner, row, desired, runtime, id }: Subject): Promise<void> {
    const { spec } = row.groups
    if (spec === undefined) return
    this.#unlink(id)
    await this.#writer.write(owner, id, {
      state: 'starting',
      reason: 'It is being started.',
      generation: desired.generation,
      epoch: (runtime?.epoch ?? 0) + 1,
      versionId: spec.versionId,
      parameters: spec.parameters,
      containers: {},
      failure: undefined,
    })
  }

  async #launch(subject: Subject): Promise<Verdict> {
    const { owner, id, signal } = subject
    try {
      const { containers, subnet } = await this.#start(subject)
      await this.#writer.write(
        owner,
        id,
        {
          containers: { ...containers },
          reason: 'Its agent is being waited for.',
          since: this.#options.clock.nowMs(),
        },
        subnet,
      )
      return again
    } catch (caught) {
      const error = toSkeinError(caught)
      if (signal.aborted || owner.signal.aborted || error.code === 'engine_unreachable')
        throw caught
      if (error.code === 'internal') {
        this.#options.log.error({ error: caught, spaceId: id }, 'A space could not be started.')
      }
      const mask = await this.#mask(subject)
      const log = await this.#lastLines(subject)
      await this.#writer.fail(owner, id, mask.error(error.body), log)
      return again
    }
  }

  async #start(subject: Subject) {
    const { owner, id, row, runtime, desired, template, facts, told, signal } = subject
    const { timeline, cluster, launcher } = this.#options
    if (runtime === undefined || template === undefined || runtime.versionId === undefined) {
      throw new SkeinError('not_found', { thing: 'template version' })
    }
    const { versionId, parameters = {} } = runtime
    const rendered = await this.#rendering.render({ row, template, versionId, parameters })
    return await launcher.launch(owner, {
      identity: {
        cluster,
        spaceId: id,
        epoch: runtime.epoch,
        generation: desired.generation,
        versionId,
      },
      spaceName: row.groups.name?.name ?? id,
      rendered,
      architecture: facts.architecture,
      everRan: runtime.startedAt !== undefined,
      step: (name, text) => timeline.begin(told, name, text),
      stage: (state, reason) => this.#writer.write(owner, id, { state, reason }),
      signal,
    })
  }

  #wait(subject: Subject, step: Step & { do: 'wait' }): Verdict {
    const { id, told, runtime } = subject
    const { timeline, clock, live } = this.#options
    const wait = this.#waits.get(id) ?? {
      for: step.for,
      step: timeline.begin(told, step.for, waitTexts[step.for]),
    }
    this.#waits.set(id, wait)
    const tail = live.getOf('startup', id, epochOf(runtime))?.tail
    if (step.for === 'startup' && tail) wait.step.progress(0, undefined, 'steps', tail)
    return { come: 'later', inMs: step.untilMs - clock.nowMs() }
  }

  /** What was waited for has come, or will not come any more. */
  #endWaits(subject: Subject, next: Step, observed: Observed): void {
    const { id, template, told } = subject
    const wait = this.#waits.get(id)
    if (wait !== undefined && !(next.do === 'wait' && next.for === wait.for)) {
      this.#waits.delete(id)
      this.#endWait(subject, wait, next, observed)
    }
    // A script that was over before anybody could wait for it has its place on the timeline all the same.
    const isUp = next.do === 'settle' && next.state === 'running'
    if (!isUp || wait?.for === 'startup' || template?.startup === undefined) return
    const step = this.#options.timeline.begin(told, 'startup', waitTexts.startup)
    this.#endWait(subject, { for: 'startup', step }, next, observed)
  }

  #endWait({ id, runtime }: Subject, wait: Wait, next: Step, observed: Observed): void {
    const { live } = this.#options
    const came = wait.for === 'agent' ? observed.agentLinked : observed.startup?.state === 'done'
    const startup = wait.for === 'startup' ? live.getOf('startup', id, epochOf(runtime)) : undefined
    const log = startup?.tail
    // A script that fails is no failure of the agent that came before it.
    const error = !came && next.do === 'settle' ? next.failure : undefined
    wait.step.end({ state: came ? 'done' : 'failed', ...(log && { log }), ...(error && { error }) })
  }

  async #clear(subject: Subject, state: Runtime['state'], observed: Observed): Promise<Verdict> {
    const { owner, id, template, runtime, told } = subject
    const { engine, timeline, cluster } = this.#options
    const ending = state === 'stopping' || state === 'deleting'
    if (ending && runtime?.state !== state) {
      const reason = state === 'stopping' ? 'It is being stopped.' : 'It is being deleted.'
      await this.#writer.write(owner, id, { state, reason })
    }
    const step = ending ? timeline.begin(told, 'stop', 'Stop and remove its containers') : undefined
    const script = this.#shutsDown(subject, observed)
    try {
      await clearContainers({
        engine,
        owner,
        cluster,
        spaceId: id,
        main: template?.main ?? '',
        graceMs: gracesOf(template),
        onStopped: async (container, service) => {
          if (service === template?.main) await this.#endShutDown(subject, container, script)
        },
      })
      this.#unlink(id)
      step?.end({ state: 'done' })
      return again
    } catch (caught) {
      step?.end({ state: 'failed', error: toSkeinError(caught).body })
      script?.end({ state: 'failed' })
      throw caught
    }
  }

  /** The step of a script that the main container's agent will run when it is told to end. */
  #shutsDown({ template, told }: Subject, { containers }: Observed): OpenStep | undefined {
    const runs = containers.some(({ main, state }) => main && state === 'running')
    if (!runs || template?.shutdown === undefined) return undefined
    return this.#options.timeline.begin(told, 'shutdown', 'Run the shut-down script')
  }

  async #endShutDown(subject: Subject, container: string, step: OpenStep | undefined) {
    if (step === undefined) return
    const lines = await this.#logOf(subject, container)
    step.end(readShutDown(lines ?? []))
  }

  async #settle(
    subject: Subject,
    step: Step & { do: 'settle' },
    observed: Observed,
  ): Promise<Verdict> {
    const { owner, id: spaceId, desired, runtime, told } = subject
    const { timeline } = this.#options
    const { state, reason, failure } = step
    const died = state !== 'running' && runtime?.state === 'running'
    const dead = state === 'failed' || (died && desired.state === 'running')
    const log = dead ? await this.#lastLines(subject, observed) : undefined
    if (dead) {
      const shown = { ...(failure && { error: failure }), ...(log && { log }) }
      timeline.note(told, 'exit', reason, {
        state: state === 'failed' ? 'failed' : 'note',
        ...shown,
      })
    }
    await this.#writer.write(owner, spaceId, {
      state,
      reason,
      generation: desired.generation,
      failure: failure && { ...failure, ...(log && { log: [...log] }) },
      ...(state === 'running' && {
        startedAt: this.#options.clock.nowMs(),
        containers: Object.fromEntries(observed.containers.map(({ service, id }) => [service, id])),
      }),
    })
    return again
  }

  async #erase({ owner, id, row, told }: Subject): Promise<void> {
    const { records, timeline } = this.#options
    const step = timeline.begin(told, 'remove', 'Remove its volumes')
    await removeVolumes(this.#options, owner, id)
    step.end({ state: 'done' })
    const name = row.groups.name?.name
    const ownerId = row.groups.identity?.ownerId
    await records.transact((view) => ({
      changes: [
        ...(view.get('space', id) === undefined
          ? []
          : [{ op: 'delete', kind: 'space', id } as const]),
        ...(view.holder(`space:${ownerId}/${name}`) === id
          ? [{ op: 'release', claim: `space:${ownerId}/${name}`, holder: id } as const]
          : []),
      ],
      result: undefined,
    }))
  }

  /** What the old agent said is not true of the next one. */
  #unlink(id: SpaceId): void {
    this.#options.links.unlink(id)
    for (const topic of ['agent', 'ports', 'services', 'usage', 'startup', 'terminals'] as const) {
      this.#options.live.withdraw(topic, id)
    }
  }

  /** The main container's last words, of whichever container is there; a log that cannot be had is none. */
  async #lastLines(subject: Subject, seen?: Observed): Promise<readonly string[] | undefined> {
    const { owner, id, template, runtime } = subject
    const { engine, live, cluster } = this.#options
    const about = { spaceId: id, epoch: epochOf(runtime), main: template?.main ?? '' }
    const observed = seen ?? (await observe({ engine, live, owner, cluster, ...about }))
    const ended = observed.containers.find((one) => one.state === 'exited')
    const container = ended ?? observed.containers.find((one) => one.main)
    if (container === undefined) return undefined
    return await this.#logOf(subject, container.id)
  }

  async #logOf(subject: Subject, container: string): Promise<readonly string[] | undefined> {
    const { engine } = this.#options
    const lines = await engine.logs(subject.owner, container, LOG_LINES).catch(() => undefined)
    return lines && (await this.#mask(subject)).lines(lines)
  }

  /** Of what it runs; before its first start nothing was given to anybody. */
  async #mask({ row, template, runtime }: Subject): Promise<Mask> {
    const { versionId, parameters = {} } = runtime ?? {}
    if (template === undefined || versionId === undefined) return Mask.none
    return await this.#rendering.mask({ row, template, versionId, parameters })
  }
}
