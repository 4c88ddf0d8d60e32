// A certificate authority and a certificate for localhost, made by openssl when a test needs them: nothing that
// expires or looks like a secret is kept in the repository.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Certificate {
  /** PEM of the authority that whoever is to be deceived trusts. */
  readonly authority: string
  readonly cert: string
  readonly key: string
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1']

export function makeCertificate(): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'skein-certificate-'))
  const at = (name: string) => join(folder, name)
  const request = (...words: string[]) =>
    execFileSync('openssl', ['req', '-x509', ...KEY, ...words], { stdio: 'pipe' })
  try {
    request('-subj', '/CN=Authority of a test', '-keyout', at('ca.key'), '-out', at('ca.pem'))
    request(
      ...['-subj', '/CN=localhost', '-keyout', at('key.pem'), '-out', at('cert.pem')],
      ...['-CA', at('ca.pem'), '-CAkey', at('ca.key')],
      ...['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
      ...['-addext', 'basicConstraints=critical,CA:FALSE'],
    )
    const read = (name: string) => readFileSync(at(name), 'utf8')
    return { authority: read('ca.pem'), cert: read('cert.pem'), key: read('key.pem') }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
