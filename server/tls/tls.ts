// The TLS of this peer's listener: which certificate it shows now, and the next one when it comes. Docs: docs/https.md.

import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import type { SecureContextOptions } from 'node:tls'
import { SkeinError } from '#protocol/errors.ts'
import type { Clock, Random } from '../clock.ts'
import type { Config } from '../config/settings.ts'
import { type FileLog, FilePair } from './file-pair.ts'
import { ownNames } from './names.ts'
import { type Authority, OwnPair } from './own-pair.ts'
import type { Pair } from './pair.ts'

/** TLS 1.3, and of 1.2 only what has forward secrecy and authenticated encryption (Mozilla’s “intermediate”, 2025). */
const CIPHERS = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':')

export const tlsFolder = (data: string): string => join(data, 'tls')

/** Where a pair comes from; `refresh` says whether it is another one now. */
interface Source {
  readonly pair: Pair
  readonly everyMs: number
  refresh(): Promise<boolean>
}

export interface TlsParts {
  readonly config: Pick<
    Config,
    'data' | 'name' | 'tls' | 'tlsCert' | 'tlsKey' | 'publicUrl' | 'hostNames' | 'listen'
  > & { readonly appsDomain?: string | undefined }
  readonly clock: Clock
  readonly random: Random
  readonly log: FileLog & { error(details: object, message: string): void }
}

export class Tls {
  /** Present for `--tls self`. */
  readonly authority: Authority | undefined
  readonly #source: Source
  readonly #parts: Pick<TlsParts, 'clock' | 'log'>
  readonly #stop = new AbortController()
  readonly #watching: Promise<void>
  #onChange: () => void = () => undefined

  constructor(source: Source, parts: Pick<TlsParts, 'clock' | 'log'>, authority?: Authority) {
    this.#source = source
    this.#parts = parts
    this.authority = authority
    this.#watching = this.#watch()
  }

  /** For a server's secure context. */
  get context(): SecureContextOptions {
    const { cert, key } = this.#source.pair
    return { cert, key, minVersion: 'TLSv1.2', ciphers: CIPHERS, honorCipherOrder: true }
  }

  /** Calls back at each new certificate; the listener is the only one who wants to know. */
  onChange(then: () => void): void {
    this.#onChange = then
  }

  async close(): Promise<void> {
    this.#stop.abort()
    await this.#watching
  }

  async #watch(): Promise<void> {
    const { clock, log } = this.#parts
    const { signal } = this.#stop
    while (!signal.aborted) {
      await clock.delay(this.#source.everyMs, signal).catch(() => undefined)
      if (signal.aborted) return
      try {
        if (await this.#source.refresh()) this.#onChange()
      } catch (err) {
        log.error({ err }, 'the certificate could not be renewed; the old one stays')
      }
    }
  }
}

/** Undefined where the configuration wants no TLS. Rejects with `tls_invalid`. */
export async function openTls({ config, clock, random, log }: TlsParts): Promise<Tls | undefined> {
  const { tlsCert, tlsKey, tls } = config
  const parts = { clock, log }
  if (tlsCert !== undefined && tlsKey !== undefined) {
    return new Tls(await FilePair.open({ cert: tlsCert, key: tlsKey }, clock, log), parts)
  }
  if (tls !== 'self') return undefined
  const names = () => ownNames(config, networkInterfaces())
  const [folder, peerName] = [tlsFolder(config.data), config.name]
  const own = await OwnPair.open({ folder, peerName, names, clock, random }).catch(asOwn)
  return new Tls(own, parts, own.authority)
}

/** A disk that is full or read-only is a coded error as well. */
function asOwn(error: unknown): never {
  if (error instanceof SkeinError) throw error
  const reason = error instanceof Error ? error.message : String(error)
  throw new SkeinError('tls_invalid', { reason }, error)
}
