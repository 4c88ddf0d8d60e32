// At most one holder of a file's name among the processes of this machine. A holder that died holds nothing.

import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { SkeinError } from '#protocol/errors.ts'
import { isAlive, type ProcessIdentity, processSchema, thisProcess } from './process.ts'

/** Takers that meet over a dead holder's file try again; more than this means the folder itself is broken. */
const MAX_TRIES = 20

export interface Lock {
  release(): void
}

/**
 * Takes the lock or throws `already_running` with the holder's pid. The file appears complete or not at all: it is
 * written under another name and then linked, which fails where the name exists.
 */
export function takeLock(path: string, holder: ProcessIdentity = thisProcess()): Lock {
  const draft = `${path}.${holder.pid}`
  writeFileSync(draft, JSON.stringify(holder), { mode: 0o600 })
  try {
    for (let i = 0; i < MAX_TRIES; i++) {
      if (tryLink(draft, path)) return { release: () => release(path, holder) }
      clearDead(path, holder)
    }
  } finally {
    rmSync(draft, { force: true })
  }
  throw new Error(`the lock ${path} cannot be taken`)
}

function tryLink(draft: string, path: string): boolean {
  try {
    linkSync(draft, path)
    return true
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false
    throw error
  }
}

/** Moves a dead holder's file away. When two takers meet, one may move the other's fresh file: it is put back. */
function clearDead(path: string, taker: ProcessIdentity): void {
  const holder = readHolder(path)
  if (holder !== undefined && isAlive(holder)) {
    throw new SkeinError('already_running', { pid: holder.pid })
  }
  const grave = `${path}.${taker.pid}.dead`
  try {
    renameSync(path, grave)
  } catch (error) {
    if (isCode(error, 'ENOENT')) return
    throw error
  }
  const moved = readHolder(grave)
  if (moved !== undefined && isAlive(moved)) tryLink(grave, path)
  rmSync(grave, { force: true })
}

export function readHolder(path: string): ProcessIdentity | undefined {
  try {
    return processSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return undefined
  }
}

function release(path: string, holder: ProcessIdentity): void {
  const current = readHolder(path)
  if (current?.pid === holder.pid && current.startTime === holder.startTime) rmSync(path)
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
