// Puts values into a template. Every value lands inside one scalar; numbers and places are checked again with the
// value in, since only now it is known.

import { SkeinError } from '#protocol/errors.ts'
import { quantities } from './quantities.ts'
import type {
  RenderedContainer,
  RenderedHealthcheck,
  RenderedRun,
  RenderedSpace,
} from './rendered.ts'
import type { Amount, ParsedTemplate, Run, Service, ServiceHealthcheck } from './template.ts'
import { fill, references, type Scope, type Text } from './text.ts'

/** Throws `parameter_invalid` when a value does not fit the place where the template puts it. */
export function renderTemplate(template: ParsedTemplate, scope: Scope): RenderedSpace {
  const to = new Filler(scope)
  return {
    main: template.main,
    containers: template.services.map((service) => {
      const container = renderService(service, to)
      // Docker's own choice is a part of an id, and tells nobody whose shell they are looking at.
      const own = service.name === template.main ? scope.space.name : undefined
      return { ...container, hostname: container.hostname ?? own }
    }),
    volumes: template.volumes,
    apps: template.apps,
    startup: template.startup,
    run: template.run.map((run) => renderRun(run, to)),
    shell: to.maybe(template.shell),
    home: to.maybe(template.home),
    env: to.map(template.env),
  }
}

/** A filled text that is empty stands for a setting that was left out. */
class Filler {
  readonly #scope: Scope

  constructor(scope: Scope) {
    this.#scope = scope
  }

  text(text: Text): string {
    return fill(text, this.#scope)
  }

  maybe(text: Text | undefined): string | undefined {
    const filled = text && this.text(text)
    return filled === '' ? undefined : filled
  }

  words(words: readonly Text[] | undefined): readonly string[] | undefined {
    return words?.map((word) => this.text(word))
  }

  /** A value that is only of references which are empty is left out; `""` in the template stays. */
  map(values: Readonly<Record<string, Text>>): Record<string, string> {
    return Object.fromEntries(
      Object.entries(values)
        .map(([key, text]) => ({ key, text, filled: this.text(text) }))
        .filter(({ text, filled }) => filled !== '' || references(text).length === 0)
        .map(({ key, filled }) => [key, filled]),
    )
  }

  amount(amount: Amount | undefined, name: string): number | undefined {
    const filled = this.maybe(amount?.text)
    if (amount === undefined || filled === undefined) return undefined
    const { read, shape } = quantities[amount.kind]
    return read(filled) ?? invalid(name, `“${filled.slice(0, 64)}” is not ${shape}`)
  }

  /** An absolute place in the container. */
  place(text: Text, name: string): string {
    const filled = this.text(text)
    const plain = filled.startsWith('/') && !/[:\0]|(^|\/)\.\.(\/|$)|^\/+(\.skein|$)/.test(filled)
    return plain
      ? filled
      : invalid(name, `“${filled.slice(0, 64)}” is not a place in the container`)
  }
}

function renderService(service: Service, to: Filler): RenderedContainer {
  const at = (key: string) => `services.${service.name}.${key}`
  const { healthcheck } = service
  return {
    service: service.name,
    image: imageName(to.text(service.image), at('image')),
    entrypoint: to.words(service.entrypoint),
    command: to.words(service.command),
    environment: to.map(service.environment),
    workingDir: to.maybe(service.workingDir),
    user: to.maybe(service.user),
    hostname: to.maybe(service.hostname),
    volumes: service.volumes.map(({ name, target, readOnly }) => ({
      name,
      target: to.place(target, at('volumes')),
      readOnly,
    })),
    tmpfs: service.tmpfs.map(({ target, sizeBytes }) => ({
      target: to.place(target, at('tmpfs')),
      ...(sizeBytes !== undefined && { sizeBytes }),
    })),
    healthcheck: healthcheck && renderHealthcheck(healthcheck, to, at('healthcheck')),
    dependsOn: service.dependsOn,
    cpus: to.amount(service.cpus, at('cpus')),
    memoryBytes: to.amount(service.memory, at('memory')),
    pids: to.amount(service.pids, at('pids')),
    shmBytes: to.amount(service.shm, at('shm_size')),
    init: service.init,
    readOnly: service.readOnly,
    stopGraceMs: to.amount(service.stopGrace, at('stop_grace_period')),
    labels: to.map(service.labels),
    extraHosts: service.extraHosts.map(({ name, address }) =>
      extraHost(name, to.text(address), at('extra_hosts')),
    ),
  }
}

function renderHealthcheck(
  check: ServiceHealthcheck,
  to: Filler,
  name: string,
): RenderedHealthcheck {
  return {
    test: check.disabled ? ['NONE'] : (to.words(check.test) ?? []),
    intervalMs: to.amount(check.interval, name),
    timeoutMs: to.amount(check.timeout, name),
    startPeriodMs: to.amount(check.startPeriod, name),
    retries: to.amount(check.retries, name),
  }
}

function renderRun(run: Run, to: Filler): RenderedRun {
  return {
    name: run.name,
    command: run.command.map((word) => to.text(word)),
    ...(run.cwd && { cwd: to.text(run.cwd) }),
    ...(run.env && { env: to.map(run.env) }),
  }
}

/** Docker's own grammar, short of its last details: registry, path, tag, digest. */
function imageName(image: string, name: string): string {
  const plain = /^(?!.*\/\/)[a-z0-9][a-zA-Z0-9._/:@-]{0,254}$/.test(image)
  return plain ? image : invalid(name, `“${image.slice(0, 64)}” is not the name of an image`)
}

function extraHost(host: string, address: string, name: string): string {
  const plain = /^[0-9a-fA-F.:]{2,45}$/.test(address)
  return plain ? `${host}:${address}` : invalid(name, `“${address.slice(0, 64)}” is not an address`)
}

function invalid(name: string, reason: string): never {
  throw new SkeinError('parameter_invalid', { name, reason })
}
