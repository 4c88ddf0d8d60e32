// The database that `--store` names: whether it lets us in, takes writes, and keeps what it acknowledges. Nothing is made
// or changed in it.

import { systemClock as clock } from '../../server/clock.ts'
import {
  hostText,
  isHere,
  type MysqlAddress,
  type RedisAddress,
  type StoreAddress,
  type StoreHost,
  storeText,
} from '../../server/store/address.ts'
import { type Finding, fail, ok, warn } from './finding.ts'

const CHECK = 'store'

export async function checkStore(address: StoreAddress): Promise<readonly Finding[]> {
  if (address.kind === 'sqlite') return [ok(CHECK, storeText(address))]
  const found =
    address.kind === 'mysql' ? await examineMysql(address) : [await examineRedis(address)]
  return [...found, ...judgeWay(address)]
}

/** Whoever sits between a peer and its database reads everything, and writes what it likes. */
export function judgeWay({ tls, hosts }: MysqlAddress | RedisAddress): readonly Finding[] {
  if (tls === 'verify' || hosts.every(isHere)) return []
  const message =
    tls === 'off' ? 'The database is spoken to without TLS' : 'The database is not verified'
  return [warn(CHECK, message, 'Use tls=verify, with ca=FILE where its authority is your own.')]
}

/** Of several hosts one that serves is enough; the others are told, since they are there for when it fails. */
async function examineMysql(address: MysqlAddress): Promise<readonly Finding[]> {
  const all = await Promise.all(address.hosts.map((host) => examineHost(address, host)))
  const serves = all.some((findings) => findings.some(({ level }) => level === 'ok'))
  if (!serves) return all.flat()
  return all.flat().map((one) => (one.level === 'fail' ? { ...one, level: 'warn' as const } : one))
}

async function examineHost(address: MysqlAddress, host: StoreHost): Promise<readonly Finding[]> {
  const { Session } = await import('../../server/store/mysql/session.ts')
  const { failureOf } = await import('../../server/store/mysql/failure.ts')
  const where = hostText(host)
  try {
    const session = await Session.open({ address, host, clock })
    session.end()
    const { version, isMariaDb, isGalera, lossy } = session.server
    const name = isMariaDb ? 'MariaDB' : 'MySQL'
    const findings = [
      ok(CHECK, `${name} ${version} at ${where}${isGalera ? ', under Galera' : ''}`),
    ]
    for (const one of lossy) {
      findings.push(
        warn(CHECK, `${where}: ${one}`, 'It may forget the last second of what it acknowledged.'),
      )
    }
    if (!isMariaDb) {
      findings.push(warn(CHECK, `${where} is MySQL`, 'Only MariaDB 10.11 has been tried.'))
    }
    return findings
  } catch (error) {
    const { kind, message } = failureOf(error, false)
    return [fail(CHECK, `${where}: ${message}`, ADVICE[kind] ?? 'Look whether it runs.')]
  }
}

const ADVICE: Readonly<Record<string, string>> = {
  denied: 'Check the user, the password and the database of --store, and what that user may do.',
  untrusted: 'Check the date and names of its certificate; ca=FILE names its authority.',
  readOnly: 'Name the server that takes writes too; Skein uses whichever does.',
}

async function examineRedis(address: RedisAddress): Promise<Finding> {
  const { Connection } = await import('../../server/store/redis/connection.ts')
  const { connectionOptions } = await import('../../server/store/redis/options.ts')
  try {
    const connection = await Connection.open(connectionOptions(address, clock))
    const { version, fsync = 'unknown' } = connection.facts
    connection.close('looked at')
    const message = `Redis ${version} at ${storeText(address)}, appendfsync ${fsync}`
    if (fsync === 'always') return ok(CHECK, message)
    const advice = 'It may forget the last second of what it acknowledged; set it to always.'
    return warn(CHECK, message, advice)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return fail(CHECK, message, 'Look whether it runs, and at what --store says.')
  }
}
