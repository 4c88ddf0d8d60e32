// From a backup to a data folder on which a server can start. Everything is read, checked and made ready below the folder
// first; then what is there is moved aside and what is ready takes its place, by renames, with the folder's locks held.

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { chown, copyFile, open, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { SkeinError } from '#protocol/errors.ts'
import type { Random } from '../clock.ts'
import type { StoreAddress } from '../store/address.ts'
import { lockFolder } from '../store/lock.ts'
import { DATABASE_FILE, MIGRATIONS } from '../store/sqlite/open.ts'
import { formatRestored, RESTORED_FILE } from '../store/traces.ts'
import { makeRunFolder, runFolder } from '../supervisor/child-state.ts'
import { takeLock } from '../supervisor/lock.ts'
import type { Contents, Header } from './format.ts'
import { differenceOf, inspectDatabase } from './inspect.ts'
import { BOOT_FILE } from './kept.ts'
import type { BackupKey } from './key.ts'
import { renewOrigin } from './new-origin.ts'
import type { OnProgress } from './progress.ts'
import { BackupFile } from './read.ts'
import { intoServer } from './server-store.ts'
import { makeStaging } from './staging.ts'
import { syncFolder } from './sync-folder.ts'

const ORIGIN_BYTES = 8
const STAGING = '.restoring'
const ASIDE = 'before-restore-'
/** Where what was written into a database server is read back to. */
const COMPARED = 'compared'
/** Of a store that was open in a folder. */
const LEFT_BY_STORE = ['lock.db', `${DATABASE_FILE}-wal`, `${DATABASE_FILE}-shm`] as const
/** What belongs to processes and locks: neither in the way of a restore nor moved by it. */
const OF_PROCESSES = /^(run|lock\.db(-.*)?|peer\.pid)$/

export interface RestoreOptions {
  readonly file: string
  readonly data: string
  readonly key?: BackupKey
  /** Where the records go; the data folder's own file unless given. A database server's must be new. */
  readonly store?: StoreAddress
  /** Move what is in the folder aside. */
  readonly force: boolean
  readonly nowMs: number
  readonly random: Random
  readonly onProgress: OnProgress
  /** For tests: other migrations. */
  readonly migrations?: URL
}

export interface Restored {
  readonly header: Header
  /** What is in the folder now. */
  readonly contents: Contents
  readonly migrated: readonly string[]
  /** Where what was there has gone. */
  readonly aside?: string
}

/**
 * Rejects with `already_running`, `restore_not_empty`, `restore_failed`, `schema_newer`, `schema_altered` and what a
 * backup is refused with; then the folder has what it had.
 */
export async function restoreBackup(options: RestoreOptions): Promise<Restored> {
  const { data, force } = options
  const isNew = !existsSync(data)
  if (!force && occupants(data).length > 0) {
    throw new SkeinError('restore_not_empty', { folder: data })
  }
  const backup = await BackupFile.open(options.file)
  try {
    return await inFolder(data, isNew, (staged) => restoreInto(options, backup, staged))
  } catch (error) {
    throw refusalOf(error)
  } finally {
    await backup.close()
  }
}

/** With both locks of the folder held, and a place in it for what is made ready. */
async function inFolder<T>(
  data: string,
  isNew: boolean,
  work: (staged: string) => Promise<T>,
): Promise<T> {
  makeRunFolder(data)
  let [isOurs, isDone] = [false, false]
  const supervisor = takeLock(join(runFolder(data), 'supervisor.lock'))
  try {
    const peer = lockFolder(data)
    isOurs = isNew
    const staging = makeStaging(data, STAGING)
    try {
      const result = await work(staging.path)
      isDone = true
      return result
    } finally {
      staging.remove()
      peer.release()
    }
  } finally {
    supervisor.release()
    if (isOurs && !isDone) rmSync(data, { recursive: true, force: true })
  }
}

async function restoreInto(
  options: RestoreOptions,
  backup: BackupFile,
  staged: string,
): Promise<Restored> {
  const { data, nowMs, random, migrations = MIGRATIONS } = options
  const { header } = backup
  await backup.extract(staged, options.key, options.onProgress)
  const database = join(staged, DATABASE_FILE)
  const difference = differenceOf(header.contents, inspectDatabase(database))
  if (difference) throw new SkeinError('backup_damaged', { reason: difference })
  const origin = Buffer.from(random(ORIGIN_BYTES)).toString('hex')
  const renewal = { origin, takenAtMs: Date.parse(header.at), nowMs }
  const migrated = renewOrigin(database, migrations, renewal)
  const contents = await placeRecords(options, staged)
  await countStart(staged)
  await writeFile(
    join(staged, RESTORED_FILE),
    formatRestored({ takenAtMs: renewal.takenAtMs, origin }),
    { mode: 0o600 },
  )
  const inside = await readdir(staged, { recursive: true })
  await giveToOwnerOf(data, [
    ...inside.map((name) => join(staged, name)),
    ...['run', 'lock.db', 'peer.pid'].map((name) => join(data, name)),
  ])
  const aside = await replace(options, staged)
  return { header, contents, migrated, ...(aside !== undefined && { aside }) }
}

/** Into a database server or another file, where they are to be there; what is staged has done its work then. */
async function placeRecords(options: RestoreOptions, staged: string): Promise<Contents> {
  const { store, data } = options
  const database = join(staged, DATABASE_FILE)
  if (!store || store.kind === 'sqlite') {
    const contents = inspectDatabase(database)
    const path = store?.path ?? join(data, DATABASE_FILE)
    if (path !== join(data, DATABASE_FILE)) await placeFile(options, database, path)
    return contents
  }
  const compared = join(staged, COMPARED)
  const contents = await intoServer(staged, store, compared)
  await rm(compared, { recursive: true })
  for (const name of [...LEFT_BY_STORE, DATABASE_FILE])
    await rm(join(staged, name), { force: true })
  return contents
}

/** A file elsewhere: what is there is moved aside as well. */
async function placeFile(
  { force, nowMs }: RestoreOptions,
  database: string,
  path: string,
): Promise<void> {
  if (existsSync(path) && !force) throw new SkeinError('restore_not_empty', { folder: path })
  const aside = `${path}.${asideName(nowMs)}`
  for (const end of ['', '-wal', '-shm']) {
    if (existsSync(path + end)) await rename(path + end, aside + end)
  }
  const part = `${path}.part`
  await copyFile(database, part)
  await syncFile(part)
  await rename(part, path)
  await syncFolder(dirname(path))
  await giveToOwnerOf(dirname(path), [path])
  await rm(database)
}

async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r+')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const asideName = (nowMs: number): string =>
  `${ASIDE}${new Date(nowMs).toISOString().replace(/[:.]/g, '-')}`

/** The next start has a number that no start before it had, also where the clock is wrong (cluster/boot.ts). */
async function countStart(staged: string): Promise<void> {
  const path = join(staged, BOOT_FILE)
  const boot = existsSync(path) ? Number(readFileSync(path, 'utf8').trim()) : 0
  if (Number.isSafeInteger(boot)) await writeFile(path, `${boot + 1}\n`, { mode: 0o600 })
}

/** Root restores for the user who has the folder. */
async function giveToOwnerOf(data: string, paths: readonly string[]): Promise<void> {
  if (process.getuid?.() !== 0) return
  const { uid, gid } = statSync(data)
  for (const path of paths) if (existsSync(path)) await chown(path, uid, gid)
}

/** The database goes in last: without it no server takes the folder for one of its own. */
async function replace(
  { data, nowMs }: RestoreOptions,
  staged: string,
): Promise<string | undefined> {
  const former = occupants(data)
  const aside = join(data, asideName(nowMs))
  if (former.length > 0) mkdirSync(aside, { mode: 0o700 })
  await giveToOwnerOf(data, [aside])
  for (const name of former) await rename(join(data, name), join(aside, name))
  const fresh = await readdir(staged)
  const isDatabase = (name: string) => name === DATABASE_FILE
  const order = [...fresh.filter((name) => !isDatabase(name)), ...fresh.filter(isDatabase)]
  for (const name of order) await rename(join(staged, name), join(data, name))
  await syncFolder(data)
  return former.length === 0 ? undefined : aside
}

/** What is in the folder that a restore would have to move. */
function occupants(data: string): string[] {
  if (!existsSync(data)) return []
  return readdirSync(data).filter(
    (name) => !OF_PROCESSES.test(name) && !name.startsWith(ASIDE) && !name.startsWith(STAGING),
  )
}

function refusalOf(error: unknown): unknown {
  if (error instanceof SkeinError) return error
  const reason = error instanceof Error ? error.message : String(error)
  return new SkeinError('restore_failed', { reason }, error)
}
