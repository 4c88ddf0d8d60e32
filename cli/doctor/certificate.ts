// The certificate that the listener shows, or would show: whether it can be used, for whom, and until when.

import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { SkeinError } from '#protocol/errors.ts'
import { tlsKindOf } from '../../server/config/https.ts'
import type { Config } from '../../server/config/settings.ts'
import { covers } from '../../server/tls/names.ts'
import { publicPath } from '../../server/tls/own-pair.ts'
import { type Pair, readPair } from '../../server/tls/pair.ts'
import { tlsFolder } from '../../server/tls/tls.ts'
import { type Finding, fail, ok, warn } from './finding.ts'

const DAY_MS = 24 * 60 * 60 * 1000
/** Certbot renews 30 days ahead: half of that without a renewal is no coincidence. */
const SOON_MS = 14 * DAY_MS
/** Everyone who trusts an authority has to trust the next one, by hand. */
const AUTHORITY_SOON_MS = 365 * DAY_MS

export type Certified = Pick<Config, 'data' | 'tls' | 'tlsCert' | 'tlsKey' | 'publicUrl'> & {
  readonly appsDomain?: string | undefined
}

/** Nothing where the listener speaks no TLS. */
export async function checkCertificate(config: Certified, nowMs: number): Promise<Finding[]> {
  const kind = tlsKindOf(config)
  if (kind === undefined) return []
  if (kind === 'self') return [await checkAuthority(config.data, nowMs)]
  try {
    const [cert, key] = await Promise.all([read(config.tlsCert), read(config.tlsKey)])
    return judgePair(readPair(cert, key), config, nowMs)
  } catch (error) {
    const reason = error instanceof SkeinError ? error.message : String(error)
    const advice = 'Give a PEM certificate with its chain, its key, and the right to read both.'
    return [fail('certificate', reason, advice)]
  }
}

const read = (path = ''): Promise<string> => readFile(path, 'utf8')

export function judgePair(pair: Pair, config: Certified, nowMs: number): Finding[] {
  return [judgeDates(pair, nowMs), ...judgeNames(pair.names, config)]
}

function judgeDates({ names, fromMs, untilMs }: Pair, nowMs: number): Finding {
  const until = `${names[0] ?? 'a certificate'} until ${day(untilMs)}`
  const advice = 'Renew it; the server takes the new files by itself.'
  if (nowMs > untilMs) return fail('certificate', `${until}: it has expired`, advice)
  if (nowMs < fromMs)
    return fail('certificate', `valid from ${day(fromMs)}`, 'Look at the machine’s clock.')
  if (untilMs - nowMs < SOON_MS) return warn('certificate', until, advice)
  return ok('certificate', until)
}

function judgeNames(names: readonly string[], { publicUrl, appsDomain }: Certified): Finding[] {
  const findings: Finding[] = []
  const host = publicUrl && new URL(publicUrl).hostname.replace(/^\[(.*)\]$/, '$1')
  const advice = 'Ask for a certificate with that name among its alternative names.'
  if (host && !covers(names, host)) {
    findings.push(fail('certificate', `it has not the name ${host} of the public URL`, advice))
  }
  if (appsDomain !== undefined && !covers(names, `*.${appsDomain}`)) {
    const message = `it has not the name *.${appsDomain}, so apps open with a warning`
    findings.push(warn('certificate', message, advice))
  }
  return findings
}

async function checkAuthority(data: string, nowMs: number): Promise<Finding> {
  const path = publicPath(tlsFolder(data))
  const pem = await readFile(path, 'utf8').catch(() => undefined)
  if (pem === undefined) return ok('authority', `${path} will be made`)
  const untilMs = Date.parse(new X509Certificate(pem).validTo)
  const message = `${path} until ${day(untilMs)}`
  if (untilMs - nowMs > AUTHORITY_SOON_MS) return ok('authority', message)
  const advice = 'Remove the folder it lies in and restart; then everyone trusts the new one.'
  return warn('authority', message, advice)
}

const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
