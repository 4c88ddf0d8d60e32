// All that runs beside the terminals: the services that the template declares, and the image's own command.

import { SkeinError } from '#protocol/errors.ts'
import { Mask } from '#protocol/mask.ts'
import type { AgentConfig, AgentReport } from '#protocol/report.ts'
import { childEnvironment } from '../child/environment.ts'
import type { Clock } from '../clock.ts'
import { Service, type ServicePlan, type ServiceState } from './service.ts'

/** As many as one report may carry (protocol/report.ts). */
export const MAX_SERVICES = 50
/** The name under which the image's own command is shown. */
export const IMAGE_SERVICE = 'image'

export class Services {
  readonly #services: readonly Service[]

  constructor(config: AgentConfig, clock: Clock, report: (report: AgentReport) => void) {
    const onChange = () => report({ type: 'services', services: this.list() })
    this.#services = planServices(config).map((plan) => new Service(plan, clock, onChange))
  }

  start(): void {
    for (const service of this.#services) service.start()
  }

  list(): ServiceState[] {
    return this.#services.map(({ state }) => state)
  }

  /** The last lines of one service. Throws `not_found`. */
  log(name: string): readonly string[] {
    return this.#find(name).log
  }

  /** Throws `not_found`. */
  restart(name: string): Promise<void> {
    return this.#find(name).restart()
  }

  /** Ends all at the same time. */
  async stop(): Promise<void> {
    await Promise.all(this.#services.map((service) => service.stop()))
  }

  #find(name: string): Service {
    const service = this.#services.find(({ plan }) => plan.name === name)
    if (!service) throw new SkeinError('not_found', { thing: 'service' })
    return service
  }
}

export function planServices(config: AgentConfig): ServicePlan[] {
  const mask = new Mask(config.secrets)
  const declared = config.services.map(({ name, command, cwd, env, mayFinish = false }) => ({
    name,
    command,
    cwd,
    env: { ...childEnvironment(config), ...env },
    mayFinish,
    mask,
  }))
  const image = {
    name: IMAGE_SERVICE,
    command: config.command,
    env: childEnvironment(config),
    mayFinish: true,
    mask,
  }
  return [...(config.command.length > 0 ? [image] : []), ...declared].slice(0, MAX_SERVICES)
}
