// Two joined peers, each under a host name and certificate of its own, as people reach them: to a browser they are two
// sites, which two ports of one name would not be.

import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { PeerUrl } from '#protocol/api/peers.ts'
import { Api } from '../support/api.ts'
import type { TestAuthority } from '../support/certificates.ts'
import { eventually } from '../support/eventually.ts'
import { freePort, Skein } from '../support/skein.ts'

const BIN = new URL('../../cli/bin.js', import.meta.url).pathname
const run = promisify(execFile)

/** For Chromium; two registrable domains, so that not even a `SameSite` cookie of one is sent to the other. */
export const TWO_NAMES = ['skein.north.example.test', 'skein.south-example.test'] as const
export const TWO_NAMES_RULES = 'MAP *.test 127.0.0.1'

export class TwoPeers {
  readonly authority: string
  readonly first: Skein
  readonly second: Skein
  /** Signed in as the administrator, at the first and at the second. */
  readonly api: Api
  readonly secondApi: Api
  readonly #folder: string

  private constructor(
    parts: Pick<TwoPeers, 'authority' | 'first' | 'second' | 'api' | 'secondApi'>,
    folder: string,
  ) {
    this.authority = parts.authority
    this.first = parts.first
    this.second = parts.second
    this.api = parts.api
    this.secondApi = parts.secondApi
    this.#folder = folder
  }

  /** `flags` are for the first and the second. Whoever opens them has these names resolved and `authority` trusted before. */
  static async open(
    authority: TestAuthority,
    flags: readonly [readonly string[], readonly string[]] = [[], []],
  ): Promise<TwoPeers> {
    const folder = mkdtempSync(join(tmpdir(), 'skein-two-'))
    const start = async (name: string, label: string, more: readonly string[], bare: boolean) => {
      const port = await freePort()
      const pair = authority.issue([name])
      const [cert, key] = [join(folder, `${label}.crt`), join(folder, `${label}.key`)]
      writeFileSync(cert, pair.cert)
      writeFileSync(key, pair.key, { mode: 0o600 })
      const url = `https://${name}:${port}`
      const own = ['--public-url', url, '--name', label, '--tls-cert', cert, '--tls-key', key]
      return await Skein.start({ port, url, flags: [...own, ...more], bare })
    }
    const [north, south] = TWO_NAMES
    const { skein: first, api } = await start(north, 'north', flags[0], false)
    const { stdout } = await run(process.execPath, [BIN, 'peers', 'token', '--data', first.data])
    const joining = ['--join', stdout.trim(), ...flags[1]]
    const { skein: second } = await start(south, 'south', joining, true)
    const secondApi = new Api(second.url)
    for (const one of [api, secondApi]) {
      await eventually(() => one.signIn('ada').then(() => true), within('the account everywhere'))
      const both = async () =>
        (await one.call<{ urls: PeerUrl[] }>('GET', '/peers/urls')).urls.length === 2
      await eventually(both, within('each to name the other'))
    }
    return new TwoPeers({ authority: authority.cert, first, second, api, secondApi }, folder)
  }

  /** As when its machine loses power: nobody says goodbye. */
  kill(skein: Skein): void {
    const pids = [skein.supervisorPid, skein.peerPid]
    for (const pid of pids) process.kill(pid, 'SIGKILL')
  }

  async close(): Promise<void> {
    await Promise.all([this.first.close(), this.second.close()])
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

const within = (what: string) => ({ what, timeoutMs: 30_000 })
