// The four ways in which browsers reach a Skein by HTTPS under a name of its own, each with real parts.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TestAuthority, type TestPair } from '../support/certificates.ts'
import { freePort, Skein } from '../support/skein.ts'
import { APPS_DOMAIN, PUBLIC_NAME } from './names.ts'
import { type RunningProxy, type StartProxy, startCaddy, startNginx } from './proxies.ts'

export interface Entrance {
  readonly skein: Skein
  /** Where plain HTTP comes in beside it. */
  readonly plainPort: number
  readonly authorities: readonly string[]
  close(): Promise<void>
}

export interface FilesEntrance extends Entrance {
  /** Puts a new pair in place of the one that is served. */
  renew(): TestPair
}

const publicUrl = (port: number): string => `https://${PUBLIC_NAME}:${port}`
const named = (port: number) => ['--public-url', publicUrl(port), '--apps-domain', APPS_DOMAIN]

/** Skein on loopback in plain HTTP, with only the proxy in front of it trusted. */
export async function behind(
  start: StartProxy,
): Promise<Entrance & { readonly proxy: RunningProxy }> {
  const port = await freePort()
  const proxy = await start(port)
  const flags = [...named(proxy.port), '--trusted-proxies', '127.0.0.1']
  const url = publicUrl(proxy.port)
  const { skein } = await Skein.start({ port, flags, url, bare: true })
  const close = async () => {
    await skein.close()
    await proxy.close()
  }
  const { plainPort, authorities } = proxy
  return { skein, proxy, plainPort, authorities, close }
}

export async function bySelf(): Promise<Entrance> {
  const port = await freePort()
  const flags = ['--tls', 'self', ...named(port)]
  const { skein } = await Skein.start({ port, flags, url: publicUrl(port), bare: true })
  const authority = readFileSync(join(skein.data, 'tls', 'ca.pem'), 'utf8')
  return { skein, plainPort: port, authorities: [authority], close: () => skein.close() }
}

export async function byFiles(): Promise<FilesEntrance> {
  const authority = new TestAuthority()
  const folder = mkdtempSync(join(tmpdir(), 'skein-tls-'))
  const [cert, key] = [join(folder, 'tls.crt'), join(folder, 'tls.key')]
  const renew = (): TestPair => {
    const pair = authority.issue([PUBLIC_NAME, `*.${APPS_DOMAIN}`])
    writeFileSync(cert, pair.cert)
    writeFileSync(key, pair.key, { mode: 0o600 })
    return pair
  }
  renew()
  const port = await freePort()
  const flags = ['--tls-cert', cert, '--tls-key', key, ...named(port)]
  const { skein } = await Skein.start({ port, flags, url: publicUrl(port), bare: true })
  const close = async () => {
    await skein.close()
    rmSync(folder, { recursive: true })
  }
  return { skein, plainPort: port, authorities: [authority.cert], renew, close }
}

export const entrances: readonly (readonly [string, () => Promise<Entrance>])[] = [
  ['Caddy', () => behind(startCaddy)],
  ['nginx', () => behind(startNginx)],
  ['--tls self', bySelf],
  ['--tls-cert', byFiles],
]
