// Where MariaDB and MySQL differ, all of it. MariaDB 10.11 is what this is tried against, alone and under Galera. MySQL 8 is
// **untried here**: what is below for it follows its manual. Everything else that the driver says both understand alike.

import { createHash } from 'node:crypto'
import { DatabaseFailure } from './failure.ts'
import type { Results } from './session.ts'

export interface Server {
  readonly isMariaDb: boolean
  readonly version: string
  /** One of several that all take writes: a lock of `GET_LOCK` holds at one of them only. */
  readonly isGalera: boolean
  /** The same for as long as it keeps its data at its place; empty where another has all that it acknowledged. */
  readonly id: string
  /**
   * Whether one text may hold a whole transaction. Not under Galera: where the transaction loses against another node's in the
   * middle of a text, MariaDB 10.11 goes on behind it, outside of any transaction, and says that all went well. Tried: 31 of
   * 5,000 commits that it had acknowledged were not there. Statement by statement all were.
   */
  readonly takesTexts: boolean
  /** Bytes of one packet that it takes. */
  readonly maxPacketBytes: number
  /** Whether a commit is on its disk when it says so; what keeps it from that. */
  readonly lossy: readonly string[]
}

/** How long the server waits for another's row lock, seconds: a commit holds the one row for milliseconds. */
const LOCK_WAIT_S = 3
/** Seconds after which the server ends a connection that says nothing; keeps what died without a word from piling up. */
const IDLE_S = 600

/**
 * A mode that cuts nothing off, and the isolation in which a read sees one instant. Set whatever the server's own
 * defaults are.
 */
const MANNERS = `SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION',
  SESSION wait_timeout = ${IDLE_S}, SESSION innodb_lock_wait_timeout = ${LOCK_WAIT_S};
  SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ`

/** `SHOW` asks for what a server may not know; `SELECT @@…` of such a name fails. */
const ABOUT = `SHOW GLOBAL VARIABLES WHERE Variable_name IN
  ('version', 'server_uuid', 'server_uid', 'server_id', 'hostname', 'port', 'read_only', 'super_read_only', 'wsrep_on', 'max_allowed_packet', 'innodb_flush_log_at_trx_commit');
  SHOW GLOBAL STATUS WHERE Variable_name IN ('wsrep_ready', 'wsrep_cluster_status')`

/**
 * Under Galera a node may not have applied yet what another has acknowledged. Reads, updates and inserts wait for it: whoever
 * goes on at another node finds all that it was told is there.
 */
const GALERA_MANNERS = 'SET SESSION wsrep_sync_wait = 7'

const ID_CHARS = 32
const FEWEST_PACKET_BYTES = 1024 * 1024

/** Says how we speak and learns who answers. Rejects where it does not serve, or takes no writes. */
export async function greet(ask: (text: string) => Promise<Results>): Promise<Server> {
  const results = await ask(`${MANNERS};${ABOUT}`)
  const about = new Map(results.flat().map(([name, value]) => [String(name), String(value)]))
  const isOn = (name: string) => ['ON', '1'].includes(about.get(name) ?? '')
  const version = about.get('version') ?? ''
  const isGalera = isOn('wsrep_on')
  if (isGalera && (!isOn('wsrep_ready') || about.get('wsrep_cluster_status') !== 'Primary')) {
    throw new DatabaseFailure('notServing', 'it has lost the other nodes of its group')
  }
  if (isOn('read_only') || isOn('super_read_only')) {
    throw new DatabaseFailure('readOnly', 'it is a replica that takes no writes (read_only)')
  }
  if (isGalera) await ask(GALERA_MANNERS)
  return {
    isMariaDb: version.includes('MariaDB'),
    version,
    isGalera,
    takesTexts: !isGalera,
    id: isGalera ? '' : idOf(about),
    maxPacketBytes: Math.max(FEWEST_PACKET_BYTES, Number(about.get('max_allowed_packet') ?? 0)),
    lossy: lossyOf(about, isGalera),
  }
}

/** MySQL has a `server_uuid`, MariaDB not yet. */
function idOf(about: ReadonlyMap<string, string>): string {
  const names = ['server_uuid', 'server_uid', 'server_id', 'hostname', 'port']
  const text = names.map((name) => about.get(name) ?? '').join('/')
  return createHash('sha256').update(text).digest('hex').slice(0, ID_CHARS)
}

/** Under Galera a node's disk may lag behind: the others have what it loses. */
function lossyOf(about: ReadonlyMap<string, string>, isGalera: boolean): string[] {
  const flush = about.get('innodb_flush_log_at_trx_commit') ?? '1'
  return flush === '1' || isGalera ? [] : [`innodb_flush_log_at_trx_commit is ${flush}, not 1`]
}

/** All reads that follow see the instant of this one. MySQL and MariaDB alike. */
export const SNAPSHOT = 'START TRANSACTION WITH CONSISTENT SNAPSHOT'

/** A column of bytes as text, decoded where rows are read. */
export const textOf = (column: string): string => `CONVERT(${column} USING utf8mb4)`
