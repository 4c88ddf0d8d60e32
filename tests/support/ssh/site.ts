// A real server with its gateway, somebody with a key, and a space called `site` that stock OpenSSH reaches.

import type { SshAccess } from '#protocol/api/ssh.ts'
import { newId } from '#protocol/ids.ts'
import { Api, TEST_PASSWORD } from '../api.ts'
import { Skein } from '../skein.ts'
import { SshHome } from './client.ts'

/** Debian with all that the tests use in it. */
const SOURCE = 'name: ssh\nservices: {main: {image: "skein/base:1"}}'

export class Site {
  readonly skein: Skein
  readonly api: Api
  readonly home: SshHome
  readonly templateId: string
  readonly #known: string

  private constructor(parts: Pick<Site, 'skein' | 'api' | 'home' | 'templateId'>, known: string) {
    this.skein = parts.skein
    this.api = parts.api
    this.home = parts.home
    this.templateId = parts.templateId
    this.#known = known
  }

  static async open(flags: readonly string[] = []): Promise<Site> {
    const { skein, api } = await Skein.start({ ssh: true, flags })
    const home = new SshHome()
    await api.call('POST', '/me/keys', { line: home.publicLine() })
    const { hostKeys } = await api.call<SshAccess>('GET', '/ssh')
    const at = `[127.0.0.1]:${skein.sshPort}`
    const known = home.write('known_hosts', hostKeys.map(({ line }) => `${at} ${line}\n`).join(''))
    const templateId = (await api.createTemplate(SOURCE)).id
    return new Site({ skein, api, home, templateId }, known)
  }

  /** A space, running. */
  async space(name: string, api = this.api): Promise<string> {
    const id = newId<'space'>()
    await api.createSpace({ id, name, templateId: this.templateId })
    await api.until(id, 'running')
    return id
  }

  /** Somebody else, signed in. */
  async member(username: string): Promise<Api> {
    const user = { username, displayName: username, password: TEST_PASSWORD, role: 'member' }
    await this.api.call('POST', '/users', user)
    const api = new Api(this.skein.url)
    await api.signIn(username)
    return api
  }

  /** An ssh_config in which `Host space` is the space that `user` names. */
  reach(user: string, keys = [this.home.key]): { readonly config: string } {
    const lines = [
      'HostName 127.0.0.1',
      `Port ${this.skein.sshPort}`,
      // In quotes, since hostile names have spaces; OpenSSH sends what stands here as it is.
      `User "${user}"`,
      `UserKnownHostsFile ${this.#known}`,
      'StrictHostKeyChecking yes',
    ]
    return { config: this.home.configure('space', lines, keys) }
  }

  async close(): Promise<void> {
    try {
      await this.api.deleteSpaces()
    } finally {
      await this.skein.close()
      this.home.remove()
    }
  }
}
