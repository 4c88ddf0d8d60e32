// Which servers this person has signed in to, with a token each: `~/.config/skein/config.json`, for its owner's eyes.

import { randomBytes } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { SkeinError } from '#protocol/errors.ts'

const serverSchema = z.object({
  token: z.string().min(1).max(4096),
  user: z.string().max(64),
  /** A certificate authority of the server's own, PEM. */
  ca: z.string().max(65_536).optional(),
})
export type KnownServer = z.infer<typeof serverSchema>

const configSchema = z.object({
  /** The origin that commands without `--server` go to. */
  current: z.string().optional(),
  /** By origin. */
  servers: z.record(z.string(), serverSchema).default({}),
})
export type RemoteConfig = z.infer<typeof configSchema>

export type Environment = Readonly<Record<string, string | undefined>>

/** Follows the XDG Base Directory Specification. */
export function configPath(env: Environment): string {
  const home = env.HOME || homedir()
  return join(env.XDG_CONFIG_HOME || join(home, '.config'), 'skein', 'config.json')
}

/** An empty configuration where there is none. Rejects with `config_invalid`. */
export async function readConfig(env: Environment): Promise<RemoteConfig> {
  const path = configPath(env)
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { servers: {} }
    throw invalid(path, 'it cannot be read', error)
  }
  const parsed = configSchema.safeParse(parse(text))
  if (!parsed.success) throw invalid(path, parsed.error.issues[0]?.message ?? 'wrong shape')
  return parsed.data
}

/** Written beside and moved into place: a crash leaves the old one, and nobody else can ever read it. */
export async function writeConfig(env: Environment, config: RemoteConfig): Promise<void> {
  const path = configPath(env)
  const draft = `${path}.${randomBytes(6).toString('hex')}`
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const file = await open(draft, 'wx', 0o600)
    try {
      await file.writeFile(`${JSON.stringify(config, undefined, 2)}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined)
    throw invalid(path, 'it cannot be written', error)
  }
}

/** The configuration with a server added and made the current one. */
export const withServer = (
  config: RemoteConfig,
  origin: string,
  server: KnownServer,
): RemoteConfig => ({ current: origin, servers: { ...config.servers, [origin]: server } })

/** The configuration without a server; the current one is then any that is left. */
export function withoutServer(config: RemoteConfig, origin: string): RemoteConfig {
  const { [origin]: _, ...servers } = config.servers
  const current = config.current === origin ? Object.keys(servers)[0] : config.current
  return current === undefined ? { servers } : { current, servers }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const invalid = (path: string, reason: string, cause?: unknown): SkeinError =>
  new SkeinError('config_invalid', { key: 'config.json', reason, source: path }, cause)
