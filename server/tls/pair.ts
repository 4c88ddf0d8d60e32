// A certificate with its key, looked at before it is served: what is wrong with it is said here in a sentence and not
// to each browser as a broken handshake.

import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import { SkeinError } from '#protocol/errors.ts'

export interface Pair {
  /** PEM, the server's certificate first, then those that lead to its authority. */
  readonly cert: string
  readonly key: string
  readonly names: readonly string[]
  readonly fromMs: number
  readonly untilMs: number
}

/** Throws `tls_invalid` for what no browser could be served with. Whether it has expired is the caller's question. */
export function readPair(cert: string, key: string): Pair {
  const certificate = parse('certificate', () => new X509Certificate(cert))
  const privateKey = parse('key', () => createPrivateKey(key))
  assertMatch(certificate, privateKey)
  try {
    createSecureContext({ cert, key })
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : 'OpenSSL refuses it', error)
  }
  return {
    cert,
    key,
    names: namesOf(certificate),
    fromMs: Date.parse(certificate.validFrom),
    untilMs: Date.parse(certificate.validTo),
  }
}

function parse<T>(what: 'certificate' | 'key', read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw invalid(`the ${what} is not PEM, or has a passphrase`, error)
  }
}

function assertMatch(certificate: X509Certificate, key: KeyObject): void {
  if (!certificate.checkPrivateKey(key)) throw invalid('the key is not that of the certificate')
  if (certificate.ca) throw invalid('the first certificate is an authority’s, not a server’s')
}

/** `DNS:a, DNS:b, IP Address:::1`; text with odd characters is quoted, and no name of ours has any. */
export function namesOf({ subjectAltName = '' }: { subjectAltName?: string | undefined }) {
  return subjectAltName
    .split(', ')
    .flatMap((entry) => /^(?:DNS|IP Address):(.+)$/.exec(entry)?.[1] ?? [])
    .map((name) => name.toLowerCase())
}

const invalid = (reason: string, cause?: unknown): SkeinError =>
  new SkeinError('tls_invalid', { reason }, cause)
