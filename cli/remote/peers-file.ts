// The peers that each server named, for when that one is gone: `peers.json` beside the file with the tokens. It holds
// nothing that is secret and nothing that cannot be asked for again, so whatever is wrong with it is as if it were not there.

import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { configPath, type Environment } from './config.ts'
import { MAX_OTHERS, type OtherPeer } from './ways.ts'

/** Peers come and go by the week. */
export const STALE_MS = 10 * 60 * 1000
/** An origin, as `skein login` takes it. */
const ORIGIN = /^https?:\/\/[\w.:[\]-]+$/

export const otherPeersSchema = z.object({
  urls: z
    .array(
      z.looseObject({
        url: z.string().max(300).regex(ORIGIN),
        authority: z.string().max(8192).optional(),
      }),
    )
    .transform((urls) => urls.slice(0, MAX_OTHERS + 1)),
})

const knownSchema = z.object({
  atMs: z.number(),
  urls: z.array(z.object({ url: z.string().regex(ORIGIN), authority: z.string().optional() })),
})
const fileSchema = z.object({ servers: z.record(z.string(), knownSchema) })
type PeersFile = z.output<typeof fileSchema>

export interface KnownPeers {
  readonly urls: readonly OtherPeer[]
  /** They should be asked for again. */
  readonly isStale: boolean
}

/** What this server last said of its cluster. */
export async function readPeers(env: Environment, origin: string): Promise<KnownPeers> {
  const { servers } = await readAll(env)
  const known = Object.hasOwn(servers, origin) ? servers[origin] : undefined
  if (!known) return { urls: [], isStale: true }
  const ageMs = Date.now() - known.atMs
  return { urls: known.urls.map(slim), isStale: ageMs < 0 || ageMs > STALE_MS }
}

/** Rejects with what the file system says. */
export async function writePeers(
  env: Environment,
  origin: string,
  urls: readonly OtherPeer[],
): Promise<void> {
  const { servers } = await readAll(env)
  await writeAll(env, {
    servers: { ...servers, [origin]: { atMs: Date.now(), urls: urls.map(slim) } },
  })
}

export async function forgetPeers(env: Environment, origin: string): Promise<void> {
  const { [origin]: gone, ...servers } = (await readAll(env)).servers
  if (gone) await writeAll(env, { servers })
}

const slim = ({ url, authority }: { url: string; authority?: string | undefined }): OtherPeer =>
  authority === undefined ? { url } : { url, authority }

const pathOf = (env: Environment): string => join(dirname(configPath(env)), 'peers.json')

async function readAll(env: Environment): Promise<PeersFile> {
  try {
    return fileSchema.parse(JSON.parse(await readFile(pathOf(env), 'utf8')))
  } catch {
    return { servers: {} }
  }
}

async function writeAll(env: Environment, file: PeersFile): Promise<void> {
  const path = pathOf(env)
  const draft = `${path}.${randomBytes(6).toString('hex')}`
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    await writeFile(draft, `${JSON.stringify(file, undefined, 2)}\n`, { mode: 0o600, flag: 'wx' })
    await rename(draft, path)
  } finally {
    await rm(draft, { force: true })
  }
}
