// What a reader has before the first command of a page: a server that they may administer, the name and password that pages
// use, an ssh key, and a machine of their own. One for all pages.

import { execFileSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { NewToken } from '#protocol/api/access.ts'
import type { SshAccess } from '#protocol/api/ssh.ts'
import type { Starter } from '#protocol/api/templates.ts'
import { thisProcess } from '../../../server/supervisor/process.ts'
import { type Api, TEST_PASSWORD } from '../api.ts'
import { TestAuthority } from '../certificates.ts'
import { Skein } from '../skein.ts'
import { Machine, openEntrance } from './machine.ts'

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const PORT = 7534
const SSH_PORT = 2222
export const URL_OF_PAGES = 'https://skein.example.com'

export class Stage {
  readonly machine: Machine
  /** The data folder of the server that a page starts. */
  readonly first = mkdtempSync(join(tmpdir(), 'skein-test-'))
  readonly skein: Skein
  readonly api: Api
  readonly #entrance: { close(): void }
  #token = ''

  private constructor(machine: Machine, entrance: { close(): void }, skein: Skein, api: Api) {
    this.machine = machine
    this.#entrance = entrance
    this.skein = skein
    this.api = api
    // Tells scripts/lib/leftovers.js whose this is, should this process be killed.
    writeFileSync(join(this.first, 'test-process.json'), JSON.stringify(thisProcess()))
  }

  static async open(): Promise<Stage> {
    const machine = new Machine()
    const authority = new TestAuthority()
    writeFileSync(machine.path('ca.pem'), authority.cert)
    const entrance = await openEntrance(
      authority.issue(['skein.example.com', '*.apps.example.com']),
      PORT,
    )
    const { skein, api } = await Skein.start({
      port: PORT,
      ssh: SSH_PORT,
      flags: [
        ...['--public-url', URL_OF_PAGES, '--trusted-proxies', '127.0.0.1'],
        ...['--apps-domain', 'apps.example.com', '--name', 'a'],
      ],
    })
    const stage = new Stage(machine, entrance, skein, api)
    machine.bind(skein.data, '/var/lib/skein')
    await stage.#settle()
    return stage
  }

  /** Of a session; commands of the checkout come after those that the reader installed. */
  get env(): Record<string, string> {
    const { home } = this.machine
    return {
      HOME: home,
      USER: 'ada',
      LANG: 'C.UTF-8',
      TERM: 'xterm',
      PATH: [join(home, '.local/bin'), this.machine.path('bin'), process.env.PATH].join(':'),
      CURL_CA_BUNDLE: this.machine.path('ca.pem'),
      NODE_EXTRA_CA_CERTS: this.machine.path('ca.pem'),
      SKEIN_DATA: '/var/lib/skein',
    }
  }

  /** For pages whose programs send a token themselves. */
  get token(): string {
    return this.#token
  }

  /** Writes a file of the reader's; a path is taken from their home folder. */
  write(path: string, text: string): void {
    const file = join(this.machine.home, path.replace(/^~\//, ''))
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    writeFileSync(file, text)
  }

  /** A home folder as of somebody whose ssh key is registered, and who has used ssh here before. */
  freshHome(): void {
    const { home } = this.machine
    for (const name of readdirSync(home)) rmSync(join(home, name), { recursive: true })
    cpSync(this.machine.path('ssh'), join(home, '.ssh'), { recursive: true })
  }

  /** Those spaces, running. */
  async haveSpaces(names: readonly string[]): Promise<void> {
    const [template] = await this.api.templates()
    for (const name of names) {
      const found = (await this.api.spaces()).find((space) => space.name === name)
      if (found?.state === 'running') continue
      const wish = { name, templateId: template?.id ?? '', parameters: {} }
      const { space } = found
        ? await this.api.act(found.id, 'start')
        : await this.api.createSpace(wish)
      await this.api.until(space.id, 'running')
    }
  }

  /** Approves the login that a command asks for, as the reader does in a browser. */
  async approve(id: string): Promise<void> {
    await this.api.call('POST', `/logins/${id}/approve`)
  }

  async close(): Promise<void> {
    try {
      await this.api.deleteSpaces()
    } finally {
      await this.skein.close()
      this.#entrance.close()
      this.machine.close()
      rmSync(this.first, { recursive: true, force: true })
    }
  }

  async #settle(): Promise<void> {
    const { starters } = await this.api.call<{ starters: Starter[] }>('GET', '/starters')
    const shell = starters.find(({ name }) => name === 'Debian shell')
    await this.api.createTemplate(shell?.source ?? '')
    this.#token = (await this.api.call<NewToken>('POST', '/me/tokens', { name: 'pages' })).secret
    await this.api.call('POST', '/users', { username: 'grace', password: TEST_PASSWORD })
    await this.api.call('POST', '/groups', { name: 'crew' })
    this.#install()
    await this.#makeKey()
  }

  /** `skein` of this checkout. */
  #install(): void {
    mkdirSync(this.machine.path('bin'))
    const command = `#!/bin/sh\nexec '${process.execPath}' '${join(ROOT, 'cli/bin.js')}' "$@"\n`
    writeFileSync(this.machine.path('bin/skein'), command, { mode: 0o755 })
  }

  /** Kept aside: each page's home is a fresh one. */
  async #makeKey(): Promise<void> {
    const folder = this.machine.path('ssh')
    mkdirSync(folder, { mode: 0o700 })
    const key = join(folder, 'id_ed25519')
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key])
    const line = readFileSync(`${key}.pub`, 'utf8')
    await this.api.call('POST', '/me/keys', { name: 'laptop', line })
    const { hostKeys } = await this.api.call<SshAccess>('GET', '/ssh')
    const known = hostKeys.map((one) => `[skein.example.com]:${SSH_PORT} ${one.line}\n`)
    writeFileSync(join(folder, 'known_hosts'), known.join(''))
  }
}
