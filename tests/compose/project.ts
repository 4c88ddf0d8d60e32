// docker-compose.yml as somebody new uses it, beside whatever else runs here: a Compose project of its own name, at
// ports of its own. It goes with all that it made.

import { execFile } from 'node:child_process'
import { statSync } from 'node:fs'
import { promisify } from 'node:util'
import { version } from '../../server/version.ts'
import { Api } from '../support/api.ts'
import { docker } from '../support/docker.ts'
import { eventually } from '../support/eventually.ts'
import { freePort } from '../support/skein.ts'

const ROOT = new URL('../..', import.meta.url).pathname
/** Starting three, one after the other, while other tests load the machine. */
const COMPOSE_TIMEOUT_MS = 180_000
const run = promisify(execFile)

/** Of the space that each profile's test makes. */
export const TEMPLATE = `name: boxed
main: main
services:
  main:
    image: skein/debian-test:1
`

export class Project {
  readonly #name: string
  readonly #profiles: readonly string[]
  readonly #environment: NodeJS.ProcessEnv
  readonly #ports: ReadonlyMap<string, number>

  private constructor(
    profiles: readonly string[],
    ports: ReadonlyMap<string, number>,
    more: NodeJS.ProcessEnv,
  ) {
    this.#profiles = profiles
    this.#name = `skein-test-${process.pid}-${profiles.join('-')}`
    this.#ports = ports
    const named = [...ports].map(([name, port]) => [name, String(port)])
    this.#environment = {
      ...process.env,
      PEER_IMAGE: `skein/peer:${version}`,
      DOCKER_GID: String(statSync('/var/run/docker.sock').gid),
      ...Object.fromEntries(named),
      SKEIN_LISTEN: `127.0.0.1:${ports.get('SINGLE_PORT')}`,
      SKEIN_SSH_LISTEN: `127.0.0.1:${ports.get('SINGLE_SSH_PORT')}`,
      ...more,
    }
  }

  /** With the profiles' containers up and healthy. `more` is what .env would say beside. */
  static async up(
    profiles: readonly ('single' | 'cluster' | 'redis')[],
    more: NodeJS.ProcessEnv = {},
  ): Promise<Project> {
    const names = ['SINGLE', 'PEER_1', 'PEER_2', 'PEER_3']
    const ports = new Map<string, number>()
    for (const name of names) {
      for (const kind of ['PORT', 'SSH_PORT']) ports.set(`${name}_${kind}`, await freePort())
    }
    const project = new Project(profiles, ports, more)
    try {
      await project.compose('up', '--detach', '--no-build')
      return project
    } catch (error) {
      const logs = await project.compose('logs', '--no-color')
      await project.down()
      throw new Error(`docker-compose up failed; it logged:\n${logs}`, { cause: error })
    }
  }

  async compose(...words: string[]): Promise<string> {
    const argv = [
      '--project-name',
      this.#name,
      ...this.#profiles.flatMap((name) => ['--profile', name]),
      ...words,
    ]
    const options = { cwd: ROOT, env: this.#environment, timeout: COMPOSE_TIMEOUT_MS }
    return (await run('docker-compose', argv, options)).stdout
  }

  async down(): Promise<void> {
    await this.compose('down', '--volumes', '--remove-orphans', '--timeout', '20')
  }

  /** Somebody at a peer's door: `SINGLE` or `PEER_2`. */
  api(peer: string): Api {
    return new Api(`http://127.0.0.1:${this.#ports.get(`${peer}_PORT`)}`)
  }

  async setupToken(service: string): Promise<string> {
    const found = async () =>
      /\/setup#token=([\w-]+)/.exec(await this.compose('logs', '--no-color', service))?.[1]
    return await eventually(found, { timeoutMs: 30_000, what: 'a set-up link in the log' })
  }

  container(service: string): string {
    return `${this.#name}_${service}_1`
  }

  async inspect(service: string, format: string): Promise<string> {
    return await docker('inspect', '--format', format, this.container(service))
  }

  async untilHealthy(...services: string[]): Promise<void> {
    for (const service of services) {
      const isHealthy = async () =>
        (await this.inspect(service, '{{.State.Health.Status}}')) === 'healthy'
      await eventually(isHealthy, { timeoutMs: 120_000, what: `${service} to be healthy` })
    }
  }
}
