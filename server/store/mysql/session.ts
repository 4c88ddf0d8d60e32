// One connection: made, told how we speak, and asked. Every question has its time; a server that lets it pass is held for
// gone, since a machine without power says nothing either.

import { readFile } from 'node:fs/promises'
import { connect, isIP, type Socket } from 'node:net'
import mysql, { type Connection, type ConnectionOptions } from 'mysql2/promise'
import type { Clock } from '../../clock.ts'
import { hostText, type MysqlAddress, type StoreHost } from '../address.ts'
import { greet, type Server } from './dialect.ts'
import { DatabaseFailure, failureOf } from './failure.ts'

/** Until a server has let us in, ms. Three hosts that are silent are passed in less than a write waits. */
const CONNECT_MS = 2000
/** Until it has answered, ms: above the time for which it waits for a lock (`dialect.ts`). */
const ANSWER_MS = 4000
/** What a slow way carries at least, characters a millisecond: so much longer may a large question take. */
const SLOWEST_CHARS_A_MS = 50
/** Before an idle connection is proved by the system, ms; firewalls forget after some minutes. */
const KEEP_ALIVE_MS = 30_000

export type Cell = string | number | Uint8Array | null
export type Line = readonly Cell[]
/** Rows of each statement that has some, in order; of others none. */
export type Results = readonly (readonly Line[])[]

export interface SessionOptions {
  readonly address: MysqlAddress
  readonly host: StoreHost
  readonly clock: Clock
}

export class Session {
  readonly host: StoreHost
  readonly server: Server
  readonly #connection: Connection
  readonly #clock: Clock
  #isDead = false

  private constructor(host: StoreHost, connection: Connection, server: Server, clock: Clock) {
    this.host = host
    this.server = server
    this.#connection = connection
    this.#clock = clock
    connection.on('error', () => {
      this.#isDead = true // whoever asks next learns it
    })
  }

  /** Rejects with a DatabaseFailure. */
  static async open({ address, host, clock }: SessionOptions): Promise<Session> {
    let connection: Connection | undefined
    try {
      const settings = await settingsOf(address, host)
      connection = await within(mysql.createConnection(settings), CONNECT_MS, clock)
      const opened = connection
      const ask = (text: string) => within(query(opened, text), ANSWER_MS, clock)
      return new Session(host, connection, await greet(ask), clock)
    } catch (error) {
      connection?.destroy()
      throw failureOf(error, false)
    }
  }

  get isDead(): boolean {
    return this.#isDead
  }

  /** Statements with semicolons between them: the first that fails is the last. Rejects with a DatabaseFailure. */
  async ask(text: string, limitMs = ANSWER_MS): Promise<Results> {
    try {
      const limit = limitMs + text.length / SLOWEST_CHARS_A_MS
      return await within(query(this.#connection, text), limit, this.#clock)
    } catch (error) {
      const failure = failureOf(error, true)
      if (failure.kind === 'lost' || failure.kind === 'notServing') this.end()
      throw failure
    }
  }

  /** At once; what the server had not finished it undoes. */
  end(): void {
    this.#isDead = true
    this.#connection.destroy()
  }
}

async function settingsOf(address: MysqlAddress, host: StoreHost): Promise<ConnectionOptions> {
  const { user, database, tls: kind, ca } = address
  const password = await passwordOf(address)
  const isVerified = kind === 'verify'
  const ssl = {
    rejectUnauthorized: isVerified,
    verifyIdentity: isVerified,
    minVersion: 'TLSv1.2',
    ...(ca !== undefined && { ca: await readFile(ca, 'utf8') }),
  }
  return {
    ...host,
    user,
    database,
    ...(password !== undefined && { password }),
    ...(kind !== 'off' && { ssl }),
    charset: 'utf8mb4',
    connectTimeout: CONNECT_MS,
    stream: () => socketTo(host),
    multipleStatements: true,
    rowsAsArray: true,
    supportBigNumbers: true,
  }
}

/** Read again for each connection: whoever changes a password changes the file. */
async function passwordOf({ password, passwordFile }: MysqlAddress): Promise<string | undefined> {
  if (passwordFile === undefined) return password
  try {
    return (await readFile(passwordFile, 'utf8')).replace(/\r?\n$/, '')
  } catch (error) {
    throw new DatabaseFailure('denied', `${passwordFile} cannot be read`, undefined, error)
  }
}

/**
 * A certificate is compared with what the socket says that it was connected to, before any password is sent. Of a name the
 * library tells Node itself; of an address it says nothing, and Node would compare it with `localhost`.
 */
function socketTo({ host, port }: StoreHost): Socket {
  const socket = connect({ host, port, noDelay: true, keepAlive: true })
  socket.setKeepAlive(true, KEEP_ALIVE_MS)
  return isIP(host) === 0 ? socket : Object.assign(socket, { _host: host })
}

async function query(connection: Connection, text: string): Promise<Results> {
  const [answer, fields] = await connection.query(text)
  if (!Array.isArray(answer)) return []
  const about: readonly unknown[] = Array.isArray(fields) ? fields : []
  // Of several statements there is something for each; of one, for each of its columns.
  const isMany = about.some((one) => one === undefined || Array.isArray(one))
  const results: readonly unknown[] = isMany ? answer : [answer]
  return results.filter((one) => Array.isArray(one)) as Results
}

/** Rejects when it takes too long; whoever asked ends the connection then. */
async function within<T>(work: Promise<T>, limitMs: number, clock: Clock): Promise<T> {
  const done = new AbortController()
  const late = clock.delay(limitMs, done.signal).then(() => {
    throw new DatabaseFailure('lost', `no answer for ${limitMs / 1000} s`)
  })
  late.catch(() => undefined) // in time
  work.catch(() => undefined) // too late: nobody waits for it any more
  try {
    return await Promise.race([work, late])
  } finally {
    done.abort()
  }
}

/** For messages. */
export const serverText = (host: StoreHost): string => hostText(host)
