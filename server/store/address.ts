// Where the state is kept, as `--store` says it: a file, or a server with its hosts, its user and how the way to it is
// protected. Pure: what stands in files (passwords, authorities) is read by whoever connects.
//
//   sqlite:PATH
//   mysql://user[:password]@host[:port][,host[:port]…]/database[?tls=…&ca=FILE&password-file=FILE]
//   redis://[user[:password]@]host[:port]/[number][?name=NAME&…]        rediss:// the same within TLS
//   redis+sentinel://[user…@]host[:port][,…]/PRIMARY[?…]

import { isIP } from 'node:net'

export interface StoreHost {
  readonly host: string
  readonly port: number
}

/** `insecure`: within TLS, to whoever answers. */
export type StoreTls = 'off' | 'verify' | 'insecure'

/** What all servers have. */
export interface ServerAddress {
  readonly hosts: readonly StoreHost[]
  readonly user: string | undefined
  readonly password: string | undefined
  /** A file whose content is the password. */
  readonly passwordFile: string | undefined
  readonly tls: StoreTls
  /** A PEM file of the authorities to trust in place of the system's. */
  readonly ca: string | undefined
}

export interface SqliteAddress {
  readonly kind: 'sqlite'
  /** The file; undefined: `state.db` of the data folder. */
  readonly path: string | undefined
}

export interface MysqlAddress extends ServerAddress {
  readonly kind: 'mysql'
  readonly user: string
  readonly database: string
}

export interface RedisAddress extends ServerAddress {
  readonly kind: 'redis'
  /** What is within the braces of every key. */
  readonly name: string
  readonly database: number
  /** The group's name at the sentinels, whose addresses `hosts` are then. */
  readonly primary: string | undefined
  /** Starts although the server may forget what it has acknowledged. */
  readonly unsafeDurability: boolean
}

export type StoreAddress = SqliteAddress | MysqlAddress | RedisAddress

const MYSQL_PORT = 3306
const REDIS_PORT = 6379
const SENTINEL_PORT = 26379
/** Enough for any group of servers that hold the same. */
const MAX_HOSTS = 16
/** Of a MySQL database or user. */
const MAX_NAME_CHARS = 64

/** `user`, `password`, `hosts`, `path`, `query`. A password may hold anything, as %-escapes where it is one of `/?#@`. */
const URL_FORM =
  /^(?<scheme>[a-z+]+):\/\/(?:(?<user>[^:@/?#]*)(?::(?<password>[^@/?#]*))?@)?(?<hosts>[^@/?#]+)(?:\/(?<path>[^?#]*))?(?:\?(?<query>[^#]*))?$/
const HOST_FORM = /^(?:\[(?<v6>[0-9a-fA-F:.]+)\]|(?<name>[A-Za-z0-9._-]+))(?::(?<port>\d{1,5}))?$/

/** Throws an Error that says what is wrong and never repeats a password. */
export function parseStore(text: string): StoreAddress {
  if (text === 'sqlite') return { kind: 'sqlite', path: undefined }
  if (text.startsWith('sqlite:')) return sqlite(text.slice('sqlite:'.length))
  const parts = URL_FORM.exec(text)?.groups
  switch (parts?.scheme) {
    case 'mysql':
      return mysql(parts)
    case 'redis':
    case 'rediss':
    case 'redis+sentinel':
      return redis(parts)
    default:
      throw new Error('it is neither sqlite:PATH nor an address like mysql://user@host/database')
  }
}

/** Files by their whole path: whoever starts a child may stand in another folder. */
export function absoluteStore(
  address: StoreAddress,
  resolve: (path: string) => string,
): StoreAddress {
  if (address.kind === 'sqlite') {
    return { ...address, path: address.path === undefined ? undefined : resolve(address.path) }
  }
  const { ca, passwordFile } = address
  return {
    ...address,
    ca: ca === undefined ? undefined : resolve(ca),
    passwordFile: passwordFile === undefined ? undefined : resolve(passwordFile),
  }
}

/** As one may print it: without its password. */
export function storeText(address: StoreAddress): string {
  if (address.kind === 'sqlite') return address.path ? `sqlite:${address.path}` : 'sqlite'
  const { kind, user, password, tls, hosts } = address
  const scheme = kind === 'mysql' ? 'mysql' : redisScheme(address)
  const who = user || password ? `${user ?? ''}${password === undefined ? '' : ':…'}@` : ''
  const where = hosts.map((one) => hostText(one)).join(',')
  const path = kind === 'mysql' ? address.database : (address.primary ?? String(address.database))
  const isSaid = kind === 'mysql' || tls === 'insecure'
  return `${scheme}://${who}${where}/${path}${isSaid ? `?tls=${tls}` : ''}`
}

export const hostText = ({ host, port }: StoreHost): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`

function redisScheme({ primary, tls }: RedisAddress): string {
  if (primary !== undefined) return 'redis+sentinel'
  return tls === 'off' ? 'redis' : 'rediss'
}

function sqlite(path: string): SqliteAddress {
  if (path.startsWith('//')) throw new Error('a file is given as sqlite:PATH, without //')
  return { kind: 'sqlite', path: path === '' ? undefined : path }
}

type Parts = Readonly<Record<string, string | undefined>>

function mysql(parts: Parts): MysqlAddress {
  const options = optionsOf(parts.query, ['tls', 'ca', 'password-file'])
  const hosts = hostsOf(parts.hosts, MYSQL_PORT)
  const user = unescaped(parts.user)
  const database = unescaped(parts.path) ?? ''
  if (!user) throw new Error('it names no user: mysql://user@host/database')
  if (database === '') throw new Error('it names no database: mysql://user@host/database')
  if (user.length > MAX_NAME_CHARS || database.length > MAX_NAME_CHARS) {
    throw new Error(`the user or the database has more than ${MAX_NAME_CHARS} characters`)
  }
  const tls = tlsOf(options, hosts.every(isHere) ? 'off' : 'verify')
  return { kind: 'mysql', hosts, user, database, tls, ...secretsOf(parts, options, tls) }
}

function redis(parts: Parts): RedisAddress {
  const known = ['tls', 'ca', 'password-file', 'name', 'unsafe-durability']
  const options = optionsOf(parts.query, known)
  const isSentinel = parts.scheme === 'redis+sentinel'
  const hosts = hostsOf(parts.hosts, isSentinel ? SENTINEL_PORT : REDIS_PORT)
  const path = unescaped(parts.path) ?? ''
  if (isSentinel && path === '') throw new Error('it names no primary: redis+sentinel://host/NAME')
  if (!isSentinel && hosts.length > 1) {
    throw new Error('several hosts are given as redis+sentinel://host,host/NAME')
  }
  if (!isSentinel && !/^\d{0,4}$/.test(path)) throw new Error('a Redis database is a number')
  const tls = tlsOf(options, parts.scheme === 'rediss' ? 'verify' : 'off')
  const name = options.get('name') ?? 'main'
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(name)) throw new Error('name= has letters, digits, . _ and -')
  return {
    kind: 'redis',
    hosts,
    user: unescaped(parts.user) || undefined,
    name,
    database: isSentinel ? 0 : Number(path),
    primary: isSentinel ? path : undefined,
    unsafeDurability: isOne(options, 'unsafe-durability'),
    tls,
    ...secretsOf(parts, options, tls),
  }
}

/** Throws at a name that is none of those that are known, or is given twice. */
function optionsOf(query: string | undefined, known: readonly string[]): Map<string, string> {
  const options = new Map<string, string>()
  for (const part of (query ?? '').split('&').filter((one) => one !== '')) {
    const at = part.indexOf('=')
    const name = at < 0 ? part : part.slice(0, at)
    if (!known.includes(name)) throw new Error(`it has no ${name}; it may have ${known.join(', ')}`)
    if (options.has(name)) throw new Error(`it has ${name} twice`)
    options.set(name, at < 0 ? '' : (unescaped(part.slice(at + 1)) ?? ''))
  }
  return options
}

function hostsOf(text: string | undefined, usual: number): readonly StoreHost[] {
  const hosts = (text ?? '').split(',').map((one): StoreHost => {
    const { v6, name, port } = HOST_FORM.exec(one)?.groups ?? {}
    const host = v6 ?? name
    const number = port === undefined ? usual : Number(port)
    if (host === undefined || number < 1 || number > 65_535 || (v6 && isIP(v6) !== 6)) {
      throw new Error('a host is given as host, host:port or [v6]:port, several with commas')
    }
    return { host, port: number }
  })
  if (hosts.length > MAX_HOSTS) throw new Error(`it has more than ${MAX_HOSTS} hosts`)
  return hosts
}

function tlsOf(options: ReadonlyMap<string, string>, usual: StoreTls): StoreTls {
  const word = options.get('tls') ?? usual
  if (word === 'off' || word === 'verify' || word === 'insecure') return word
  throw new Error('tls= is verify, insecure or off')
}

function secretsOf(parts: Parts, options: ReadonlyMap<string, string>, tls: StoreTls) {
  const password = unescaped(parts.password)
  const passwordFile = options.get('password-file')
  const ca = options.get('ca')
  if (password !== undefined && passwordFile !== undefined) {
    throw new Error('it has a password and a password-file')
  }
  if (ca !== undefined && tls !== 'verify') throw new Error('ca= is of use with tls=verify alone')
  return { password, passwordFile, ca }
}

function isOne(options: ReadonlyMap<string, string>, name: string): boolean {
  const value = options.get(name) ?? '0'
  if (value !== '0' && value !== '1') throw new Error(`${name}= is 1 or 0`)
  return value === '1'
}

/** On this machine nobody can read along who could not read its memory. */
export const isHere = ({ host }: StoreHost): boolean =>
  host === 'localhost' || host === '::1' || /^127\./.test(host)

function unescaped(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  try {
    return decodeURIComponent(text)
  } catch {
    throw new Error('it has a % that begins no escape; write %25')
  }
}
