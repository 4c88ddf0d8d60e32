// Why a server could not be reached, as a person can use it. What is wrong with a certificate is told apart: trying
// again does not help there.

import { SkeinError } from '#protocol/errors.ts'

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was reset',
  ENOTFOUND: 'there is no such host name',
  EAI_AGAIN: 'the host name could not be looked up',
  ETIMEDOUT: 'the connection timed out',
  EHOSTUNREACH: 'there is no way to that host',
  ENETUNREACH: 'there is no network',
  EPROTO: 'it does not speak HTTPS there',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak HTTPS there',
}

/** OpenSSL's words for a chain that does not end in an authority we know. */
export const UNKNOWN_AUTHORITY: ReadonlySet<string> = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

const certificates: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'it has expired',
  CERT_NOT_YET_VALID: 'it is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'it is for another name',
  CERT_SIGNATURE_FAILURE: 'its signature is wrong',
  CERT_REVOKED: 'it is revoked',
}

export function asUnreachable(server: string, error: Error): SkeinError {
  const code = codeOf(error)
  const certificate = UNKNOWN_AUTHORITY.has(code)
    ? 'this machine does not know who signed it'
    : certificates[code]
  if (certificate !== undefined) {
    return new SkeinError('certificate_untrusted', { server, reason: certificate, code }, error)
  }
  const reason = reasons[code] ?? (code || error.message).slice(0, 100)
  return new SkeinError('server_unreachable', { server, reason }, error)
}

/** Several addresses of one name fail as one AggregateError. */
function codeOf(error: Error): string {
  const first = error instanceof AggregateError ? error.errors[0] : undefined
  const code =
    (error as NodeJS.ErrnoException).code ?? (first as NodeJS.ErrnoException | undefined)?.code
  return code ?? ''
}
