// Puts values into a template. Every value lands inside one scalar; numbers and places are checked again with the
// value in, since only now it is known.

import { SkeinError } from '#protocol/errors.ts'
import { hasDefault, plain, type Reference } from './expression.ts'
import { quantities } from './quantities.ts'
import type {
  RenderedContainer,
  RenderedHealthcheck,
  RenderedRun,
  RenderedSpace,
  RenderedVolumeSpec,
} from './rendered.ts'
import type {
  Amount,
  ParsedTemplate,
  Run,
  Service,
  ServiceHealthcheck,
  Volume,
} from './template.ts'
import { lookUp, references, type Scope, storedName, type Text, worth } from './text.ts'

/**
 * Throws `parameter_invalid` when a value does not fit the place where the template puts it, and `value_missing` when it
 * names a variable or a secret that is not there.
 */
export function renderTemplate(template: ParsedTemplate, scope: Scope): RenderedSpace {
  const to = new Filler(template, scope)
  const rendered = {
    main: template.main,
    containers: template.services.map((service) => {
      const container = renderService(service, to)
      // Docker's own choice is a part of an id, and tells nobody whose shell they are looking at.
      const own = service.name === template.main ? scope.space.name : undefined
      return { ...container, hostname: container.hostname ?? own }
    }),
    volumes: template.volumes.map((volume) => renderVolume(volume, to)),
    apps: template.apps,
    startup: template.startup,
    shutdown: template.shutdown,
    run: template.run.map((run) => renderRun(run, to)),
    shell: to.maybe(template.shell),
    home: to.maybe(template.home),
    env: to.map(template.env),
  }
  return { ...rendered, secrets: to.secrets }
}

/** A filled text that is empty stands for a setting that was left out. */
class Filler {
  readonly #scope: Scope
  /** References whose values are secrets. */
  readonly #hidden: ReadonlySet<string>
  readonly #secrets = new Set<string>()

  constructor({ parameters }: ParsedTemplate, scope: Scope) {
    this.#scope = scope
    const secret = parameters.filter(({ type }) => type === 'secret')
    this.#hidden = new Set(secret.map(({ name }) => `param.${name}`))
  }

  get secrets(): readonly string[] {
    return [...this.#secrets]
  }

  text(text: Text): string {
    return text.map((piece) => (typeof piece === 'string' ? piece : this.#value(piece))).join('')
  }

  #value(reference: Reference): string {
    const { ref } = reference
    const stored = storedName(ref)
    if (stored && this.#scope.isSketch) return `$\{{ ${ref} }}`
    if (stored && lookUp(ref, this.#scope) === undefined && !hasDefault(reference)) {
      const kind = stored.kind === 'var' ? 'variable' : 'secret'
      throw new SkeinError('value_missing', { kind, name: stored.name })
    }
    const value = worth(reference, this.#scope)
    if (!this.#isHidden(reference)) return value
    // As it is and as filters made it: either may be printed by what it was given to.
    this.#secrets.add(value).add(plain(lookUp(ref, this.#scope) ?? ''))
    return value
  }

  #isHidden({ ref }: Reference): boolean {
    return this.#hidden.has(ref) || ref.startsWith('secret.')
  }

  /** A plan's text whose value is not known, and so cannot be wrong. */
  isOpen(text: Text): boolean {
    return this.#scope.isSketch === true && references(text).some(({ ref }) => storedName(ref))
  }

  /** What may be said of a filled text in an error. */
  shown(text: Text, filled: string): string {
    return references(text).some((one) => this.#isHidden(one)) ? '…' : filled.slice(0, 64)
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
    if (amount === undefined || filled === undefined || this.isOpen(amount.text)) return undefined
    const { read, shape } = quantities[amount.kind]
    return read(filled) ?? invalid(name, `“${this.shown(amount.text, filled)}” is not ${shape}`)
  }

  /** An absolute place in the container. */
  place(text: Text, name: string): string {
    const filled = this.text(text)
    const plain = filled.startsWith('/') && !/[:\0]|(^|\/)\.\.(\/|$)|^\/+(\.skein|$)/.test(filled)
    return plain || this.isOpen(text)
      ? filled
      : invalid(name, `“${this.shown(text, filled)}” is not a place in the container`)
  }
}

function renderService(service: Service, to: Filler): RenderedContainer {
  const at = (key: string) => `services.${service.name}.${key}`
  const { healthcheck } = service
  return {
    service: service.name,
    image: imageName(service.image, to, at('image')),
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
    paths: service.paths.map(({ source, target, readOnly }) => ({
      source,
      target: to.place(target, at('volumes')),
      readOnly,
    })),
    reach: service.reach,
    dropped: service.dropped,
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
    stopSignal: service.stopSignal,
    labels: to.map(service.labels),
    extraHosts: service.extraHosts.map(({ name, address }) =>
      extraHost(name, address, to, at('extra_hosts')),
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

function renderVolume({ name, owner, size }: Volume, to: Filler): RenderedVolumeSpec {
  const sizeBytes = to.amount(size, `volumes.${name}.size`)
  return {
    name,
    ...(owner !== undefined && { owner }),
    ...(sizeBytes !== undefined && { sizeBytes }),
  }
}

function renderRun(run: Run, to: Filler): RenderedRun {
  return {
    name: run.name,
    command: run.command.map((word) => to.text(word)),
    ...(run.cwd && { cwd: to.text(run.cwd) }),
    ...(run.mayFinish && { mayFinish: true }),
    ...(run.env && { env: to.map(run.env) }),
  }
}

/** Docker's own grammar, short of its last details: registry, path, tag, digest. */
function imageName(text: Text, to: Filler, name: string): string {
  const image = to.text(text)
  const plain = /^(?!.*\/\/)[a-z0-9][a-zA-Z0-9._/:@-]{0,254}$/.test(image)
  return plain || to.isOpen(text)
    ? image
    : invalid(name, `“${to.shown(text, image)}” is not the name of an image`)
}

function extraHost(host: string, text: Text, to: Filler, name: string): string {
  const address = to.text(text)
  const plain = /^[0-9a-fA-F.:]{2,45}$/.test(address)
  return plain || to.isOpen(text)
    ? `${host}:${address}`
    : invalid(name, `“${to.shown(text, address)}” is not an address`)
}

function invalid(name: string, reason: string): never {
  throw new SkeinError('parameter_invalid', { name, reason })
}
