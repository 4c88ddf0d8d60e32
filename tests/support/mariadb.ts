// A real MariaDB on a port of its own, which a test may kill, stop for a while, start again, or fill. The
// administrator comes by its unix socket, Skein by TCP as the user `skein`, with a database for each test.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mysql, { type RowDataPacket } from 'mysql2/promise'
import { parseStore } from '../../server/store/address.ts'
import {
  type MysqlOptions,
  type MysqlStore,
  openMysqlStore,
} from '../../server/store/mysql/open.ts'
import { thisProcess } from '../../server/supervisor/process.ts'
import { eventually } from './eventually.ts'
import { quietLog } from './rows.ts'
import { freePort } from './skein.ts'
import type { StoreUnderTest } from './stores.ts'

/** Many may start at once on a machine that does much else. */
const START_MS = 120_000
/** Of the server's log, characters that a failed start shows. */
const LOG_TAIL = 4000

export const PASSWORD = 'pass/word@:?#'

/** Small: a test writes little, and many servers share a machine. Durable as in earnest. */
const SETTINGS = {
  'innodb-log-file-size': '8M',
  'innodb-buffer-pool-size': '48M',
  'innodb-data-file-path': 'ibdata1:4M:autoextend',
  'innodb-flush-log-at-trx-commit': '1',
  'performance-schema': '0',
  'aria-pagecache-buffer-size': '1M',
  'key-buffer-size': '1M',
  'skip-name-resolve': '1',
} as const

export interface MariaDbOptions {
  /** More of mariadbd's own, as `--name=value`. */
  readonly flags?: readonly string[]
  /** PEM files are made of them; TLS is then offered, and required of `skein`. */
  readonly tls?: { readonly cert: string; readonly key: string }
  /** Where its files go; a folder of its own in the system's for temporary files unless given. */
  readonly folder?: string
  /** The address at which it listens, where not this machine's own. */
  readonly host?: string
  /** One that never ran, whose files it gets a copy of. */
  readonly of?: MariaDb
}

export interface Address {
  readonly user?: string
  readonly password?: string
  readonly hosts?: string
  readonly query?: string
}

export class MariaDb implements AsyncDisposable {
  readonly port: number
  readonly folder: string
  readonly #options: MariaDbOptions
  #child: ChildProcess | undefined
  #made = 0
  #output = ''

  private constructor(port: number, folder: string, options: MariaDbOptions) {
    this.port = port
    this.folder = folder
    this.#options = options
  }

  static async start(options: MariaDbOptions = {}): Promise<MariaDb> {
    const server = await MariaDb.prepare(options)
    await server.up()
    await server.grant()
    return server
  }

  /** Its files, not yet running. */
  static async prepare(options: MariaDbOptions = {}): Promise<MariaDb> {
    const folder = mkdtempSync(join(options.folder ?? tmpdir(), 'skein-mariadb-'))
    const server = new MariaDb(await freePort(), folder, options)
    server.#give(folder)
    // Tells scripts/lib/leftovers.js whose this is, should this process be killed.
    writeFileSync(join(folder, 'test-process.json'), JSON.stringify(thisProcess()))
    server.putCertificate(options.tls)
    if (options.of) execFileSync('cp', ['-a', options.of.data, server.data])
    else await server.#install()
    return server
  }

  get data(): string {
    return join(this.folder, 'data')
  }

  get socket(): string {
    return join(this.folder, 'sock')
  }

  /** Lets `skein` in. */
  async grant(): Promise<void> {
    await this.sql(CREATE_USER(this.#options.tls !== undefined))
  }

  get isUp(): boolean {
    const child = this.#child
    return child !== undefined && child.exitCode === null && child.signalCode === null
  }

  /** Starts what was killed or stopped. */
  async up(...flags: readonly string[]): Promise<void> {
    this.#child = this.#spawn('mariadbd', [...this.#flags(), ...flags])
    await eventually(async () => !this.isUp || (await this.#answers()), {
      timeoutMs: START_MS,
      what: 'mariadbd',
    })
    if (!this.isUp) throw new Error(`mariadbd ended:\n${this.#output}`)
  }

  /** Ends when it is gone. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#child
    if (!child || !this.isUp) return
    const exit = once(child, 'exit')
    child.kill(signal)
    await exit
  }

  /** SIGSTOP and SIGCONT. */
  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal)
  }

  /** As the administrator. */
  async sql(...statements: readonly string[]): Promise<RowDataPacket[]> {
    const connection = await mysql.createConnection({ socketPath: this.socket, user: 'root' })
    try {
      let rows: RowDataPacket[] = []
      for (const statement of statements)
        [rows] = await connection.query<RowDataPacket[]>(statement)
      return rows
    } finally {
      connection.destroy()
    }
  }

  /** A new database that `skein` may use; answers its name. */
  async database(): Promise<string> {
    this.#made++
    const name = `skein_${this.#made}`
    await this.sql(`CREATE DATABASE ${name}`)
    return name
  }

  url(database: string, address: Address = {}): string {
    const { user = 'skein', password = PASSWORD, query = '' } = address
    const hosts = address.hosts ?? `${this.#host}:${this.port}`
    return `mysql://${user}:${encodeURIComponent(password)}@${hosts}/${database}${query}`
  }

  putCertificate(pair: { readonly cert: string; readonly key: string } | undefined): void {
    if (!pair) return
    writeFileSync(join(this.folder, 'cert.pem'), pair.cert)
    writeFileSync(join(this.folder, 'key.pem'), pair.key)
    for (const name of ['cert.pem', 'key.pem']) this.#give(join(this.folder, name))
    chmodSync(join(this.folder, 'key.pem'), 0o600)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
    rmSync(this.folder, { recursive: true, force: true })
  }

  /** A program whose last words are kept. */
  #spawn(program: string, argv: readonly string[]): ChildProcess {
    // A server that starts clears away what another one keeps for a while in the folder that all would share.
    const env = { ...process.env, TMPDIR: this.folder }
    const child = spawn(program, argv, { env, stdio: ['ignore', 'pipe', 'pipe'] })
    const log = (chunk: Buffer) => {
      this.#output = (this.#output + chunk.toString()).slice(-LOG_TAIL)
    }
    child.stdout?.on('data', log)
    child.stderr?.on('data', log)
    child.on('error', (error) => log(Buffer.from(String(error))))
    return child
  }

  /** To the user as whom Debian's package runs it: what copies its files to another node refuses to be root. */
  #give(path: string): void {
    execFileSync('chown', ['mysql:mysql', path])
  }

  /** The system's tables alone. */
  async #install(): Promise<void> {
    const child = this.#spawn('mariadb-install-db', [
      '--no-defaults',
      '--user=mysql',
      `--datadir=${this.data}`,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
      '--skip-name-resolve',
      `--innodb-log-file-size=${SETTINGS['innodb-log-file-size']}`,
      `--innodb-data-file-path=${SETTINGS['innodb-data-file-path']}`,
    ])
    const [status] = await once(child, 'exit')
    if (status !== 0) throw new Error(`mariadb-install-db failed:\n${this.#output}`)
  }

  get #host(): string {
    return this.#options.host ?? '127.0.0.1'
  }

  #flags(): string[] {
    const settings = Object.entries(SETTINGS).map(([name, value]) => `--${name}=${value}`)
    const tls = this.#options.tls && [
      `--ssl-cert=${join(this.folder, 'cert.pem')}`,
      `--ssl-key=${join(this.folder, 'key.pem')}`,
    ]
    return [
      '--no-defaults',
      '--user=mysql',
      `--datadir=${this.data}`,
      `--socket=${this.socket}`,
      `--pid-file=${join(this.folder, 'pid')}`,
      `--port=${this.port}`,
      `--bind-address=${this.#host}`,
      ...settings,
      ...(tls ?? []),
      ...(this.#options.flags ?? []),
    ]
  }

  async #answers(): Promise<boolean> {
    await this.sql('SELECT 1')
    return true
  }
}

const CREATE_USER = (tls: boolean): string =>
  `GRANT ALL ON \`skein\\_%\`.* TO skein@'%' IDENTIFIED BY '${PASSWORD}'${tls ? ' REQUIRE SSL' : ''}`

/** A database for each place, in one server. */
export function mariaDbStore(server: () => MariaDb): StoreUnderTest {
  return {
    name: 'mariadb',
    async make() {
      const url = server().url(await server().database())
      return { open: () => openMariaDb(url), async [Symbol.asyncDispose]() {} }
    },
  }
}

export function openMariaDb(url: string, options: Partial<MysqlOptions> = {}): Promise<MysqlStore> {
  const address = parseStore(url)
  if (address.kind !== 'mysql') throw new TypeError('no MySQL address')
  return openMysqlStore({ address, log: quietLog, ...options })
}
