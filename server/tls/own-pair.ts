// The pair of `--tls self`: an authority of our own, made once for the data folder, and a certificate that it signs
// for this server's names. A browser that was told to trust the authority never asks again, whatever is renewed.

import { createPrivateKey, generateKeyPair, type KeyObject, X509Certificate } from 'node:crypto'
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { SkeinError } from '#protocol/errors.ts'
import type { Clock, Random } from '../clock.ts'
import { authorityCertificate, type Issuer, leafCertificate } from './certificate.ts'
import { covers } from './names.ts'
import { type Pair, readPair } from './pair.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const AUTHORITY_MS = 3650 * DAY_MS
/** Browsers take 398 days at most (CA/Browser Forum Baseline Requirements 6.3.2; Apple counts from its first second). */
export const LEAF_MS = 397 * DAY_MS
/** Renewed this long before it expires, so that a peer that was off for a month comes back with a good one. */
export const RENEW_BEFORE_MS = 30 * DAY_MS
/** Clocks of others may be behind ours. */
const SLACK_MS = DAY_MS
const LOOK_MS = 60 * 60 * 1000
const SERIAL_BYTES = 16
const freshKeys = promisify(generateKeyPair)

export interface Authority {
  readonly pem: string
  /** SHA-256 of the certificate, as browsers show it: `AB:CD:…`. */
  readonly fingerprint: string
}

export interface OwnPairOptions {
  readonly folder: string
  /** What the peer is called; part of the authority's name. */
  readonly peerName: string
  /** Asked at each look: a name that came is a reason for a new certificate. */
  readonly names: () => readonly string[]
  readonly clock: Clock
  readonly random: Random
}

export class OwnPair {
  readonly everyMs = LOOK_MS
  readonly authority: Authority
  readonly #options: OwnPairOptions
  readonly #issuer: Issuer
  readonly #issuerUntilMs: number
  #pair: Pair

  private constructor(options: OwnPairOptions, issuer: Issuer, certificate: string, pair: Pair) {
    const parsed = new X509Certificate(certificate)
    this.#options = options
    this.#issuer = issuer
    this.#issuerUntilMs = Date.parse(parsed.validTo)
    this.authority = { pem: certificate, fingerprint: parsed.fingerprint256 }
    this.#pair = pair
  }

  /** Rejects with `tls_invalid` when what stands in the folder is none of ours. */
  static async open(options: OwnPairOptions): Promise<OwnPair> {
    const { folder } = options
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const { certificate, key } = await loadAuthority(options)
    const issuer = { key, commonName: commonNameOf(certificate) }
    const kept = await loadLeaf(folder, certificate)
    if (kept && isGood(kept, options)) return new OwnPair(options, issuer, certificate, kept)
    const untilMs = Date.parse(new X509Certificate(certificate).validTo)
    return new OwnPair(options, issuer, certificate, await makeLeaf(options, issuer, untilMs))
  }

  /** With the authority itself behind the certificate, so that a client can show its fingerprint before it trusts it. */
  get pair(): Pair {
    return { ...this.#pair, cert: this.#pair.cert + this.authority.pem }
  }

  /** Makes the next certificate when it is time or a name is missing; whether it did. */
  async refresh(): Promise<boolean> {
    if (isGood(this.#pair, this.#options)) return false
    this.#pair = await makeLeaf(this.#options, this.#issuer, this.#issuerUntilMs)
    return true
  }
}

const authorityPath = (folder: string): string => join(folder, 'authority.key')
/** What may be copied to others. */
export const publicPath = (folder: string): string => join(folder, 'ca.pem')
const leafPath = (folder: string): string => join(folder, 'server.pem')

function isGood({ names, fromMs, untilMs }: Pair, options: OwnPairOptions): boolean {
  const nowMs = options.clock.nowMs()
  if (nowMs < fromMs || nowMs > untilMs - RENEW_BEFORE_MS) return false
  return options.names().every((name) => covers(names, name.toLowerCase()))
}

/** Certificate and key stand in one file: a crash between two would leave an authority without its key. */
async function loadAuthority(options: OwnPairOptions) {
  const path = authorityPath(options.folder)
  if ((await readOwn(path)) === undefined) await writeOwn(path, await makeAuthority(options))
  const text = (await readOwn(path)) ?? ''
  try {
    const certificate = certificateIn(text)
    const key = createPrivateKey(keyIn(text))
    if (!new X509Certificate(certificate).checkPrivateKey(key)) throw new Error('another key')
    await writeOwn(publicPath(options.folder), certificate)
    return { certificate, key }
  } catch (error) {
    const reason = `${path} does not hold an authority and its key; with the file gone a new one is made`
    throw new SkeinError('tls_invalid', { reason }, error)
  }
}

async function makeAuthority({ clock, random, peerName }: OwnPairOptions): Promise<string> {
  const { privateKey: key } = await freshKeys('ec', { namedCurve: 'P-256' })
  const fromMs = clock.nowMs() - SLACK_MS
  const mark = Buffer.from(random(3)).toString('hex')
  // Two authorities of one name would be one to a browser's list.
  const place = peerName.replace(/[^A-Za-z0-9 .-]/g, '').slice(0, 32)
  const commonName = `Skein authority ${mark} of ${place}`.trim()
  const lifetime = { fromMs, untilMs: fromMs + AUTHORITY_MS }
  const serial = random(SERIAL_BYTES)
  return authorityCertificate({ commonName, key, serial, ...lifetime }) + pemOf(key)
}

async function makeLeaf(options: OwnPairOptions, issuer: Issuer, issuerUntilMs: number) {
  const { clock, random, folder, names } = options
  const { privateKey: key } = await freshKeys('ec', { namedCurve: 'P-256' })
  const fromMs = clock.nowMs() - SLACK_MS
  const untilMs = Math.min(fromMs + LEAF_MS, issuerUntilMs)
  const serial = random(SERIAL_BYTES)
  const cert = leafCertificate({ serial, issuer, key, names: names(), fromMs, untilMs })
  await writeOwn(leafPath(folder), cert + pemOf(key))
  return readPair(cert, pemOf(key))
}

/** The one that stands on disk, so that whoever accepted it by hand need not do so at each start. */
async function loadLeaf(folder: string, authority: string): Promise<Pair | undefined> {
  const text = await readOwn(leafPath(folder))
  if (text === undefined) return undefined
  try {
    const pair = readPair(certificateIn(text), keyIn(text))
    const isOurs = new X509Certificate(pair.cert).verify(new X509Certificate(authority).publicKey)
    return isOurs ? pair : undefined
  } catch {
    return undefined
  }
}

async function readOwn(path: string): Promise<string | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw new SkeinError('tls_invalid', { reason: `${path} cannot be read (${error.code})` }, error)
  })
  // A copied or restored file often comes back world-readable.
  if (text !== undefined) await chmod(path, 0o600)
  return text
}

/** Whole or not at all. */
async function writeOwn(path: string, text: string): Promise<void> {
  const draft = `${path}.new`
  await rm(draft, { force: true })
  await writeFile(draft, text, { mode: 0o600, flush: true })
  await rename(draft, path)
}

const pemOf = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString()
const block = (text: string, label: string): string =>
  new RegExp(`-----BEGIN ${label}-----[^-]+-----END ${label}-----\n?`).exec(text)?.[0] ?? ''
const certificateIn = (text: string): string => block(text, 'CERTIFICATE')
const keyIn = (text: string): string => block(text, 'PRIVATE KEY')
const commonNameOf = (certificate: string): string =>
  /^CN=(.*)$/m.exec(new X509Certificate(certificate).subject)?.[1] ?? ''
