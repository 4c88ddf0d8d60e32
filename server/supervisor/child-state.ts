// What a child says of itself on disk, so that a supervisor which was killed finds it again: who it is, where its
// socket is, and whether it serves. Written by the child alone, replaced and never removed: a dead child's file names
// a process that does not live.

import { accessSync, constants, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { SkeinError } from '#protocol/errors.ts'
import { isAlive, processSchema } from './process.ts'

export const childStateSchema = processSchema.extend({
  instance: z.string(),
  /** A peer's: where agents on this machine link. */
  socket: z.string().optional(),
  /** What marks its containers: `docker ps --filter label=dev.skein.cluster=…`. */
  cluster: z.string().optional(),
  /** Its address once it serves; a gateway's begins with `ssh:`. */
  url: z.string().optional(),
  /** SHA-256 of its own authority's certificate, with `--tls self`. */
  fingerprint: z.string().optional(),
  isReady: z.boolean(),
})
export type ChildState = z.infer<typeof childStateSchema>

export const runFolder = (data: string): string => join(data, 'run')

/** Makes the data folder with what its processes write there. Throws `config_invalid` when that may not be. */
export function makeRunFolder(data: string): void {
  try {
    mkdirSync(runFolder(data), { recursive: true, mode: 0o700 })
    accessSync(runFolder(data), constants.W_OK | constants.X_OK)
  } catch (cause) {
    const reason = `${data} cannot be made or written (${cause instanceof Error && 'code' in cause ? cause.code : cause})`
    throw new SkeinError('config_invalid', { key: 'data', reason, source: '--data' }, cause)
  }
}

const statePath = (data: string, instance: string) => join(runFolder(data), `${instance}.json`)
export const LINK_SOCKET = 'link.sock'
/** Agents' containers mount the folder, so nothing else may lie in it. */
export function linkSocketPath(data: string): { folder: string; socket: string } {
  const folder = join(runFolder(data), 'link')
  return { folder, socket: join(folder, LINK_SOCKET) }
}
/** Where a gateway asks its peer; for the peer's own user alone. */
export const gatewaySocketPath = (data: string): string => join(runFolder(data), 'gateway.sock')
export const childLockPath = (data: string, instance: string): string =>
  join(runFolder(data), `${instance}.lock`)

/** The state of a child that lives; undefined when there is none, or only a dead one's. */
export function readChild(data: string, instance: string): ChildState | undefined {
  try {
    const state = childStateSchema.parse(
      JSON.parse(readFileSync(statePath(data, instance), 'utf8')),
    )
    return isAlive(state) ? state : undefined
  } catch {
    return undefined
  }
}

/** Replaces the file at once, so that no reader sees half of it. */
export function writeChild(data: string, state: ChildState): void {
  const path = statePath(data, state.instance)
  writeFileSync(`${path}.new`, JSON.stringify(state), { mode: 0o600 })
  renameSync(`${path}.new`, path)
}
