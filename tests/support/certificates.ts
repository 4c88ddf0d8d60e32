// Certificates for tests, made with the server's own encoder: nothing that expires or looks like a secret is kept in
// the repository.

import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { systemRandom } from '../../server/clock.ts'
import { authorityCertificate, leafCertificate } from '../../server/tls/certificate.ts'

const DAY_MS = 24 * 60 * 60 * 1000

export interface TestPair {
  readonly cert: string
  readonly key: string
}

const freshKey = (): KeyObject => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
const pem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString()

export class TestAuthority {
  readonly #issuer = { commonName: 'Authority of a test', key: freshKey() }
  /** PEM. */
  readonly cert: string

  constructor(nowMs = Date.now()) {
    const lifetime = { fromMs: nowMs - DAY_MS, untilMs: nowMs + 100 * DAY_MS }
    this.cert = authorityCertificate({ ...this.#issuer, ...lifetime, serial: systemRandom(16) })
  }

  /** A server's pair for those names, good for `days` from `nowMs` on. */
  issue(names: readonly string[], { nowMs = Date.now(), days = 30 } = {}): TestPair {
    const key = freshKey()
    const lifetime = { fromMs: nowMs - DAY_MS, untilMs: nowMs + days * DAY_MS }
    const request = { serial: systemRandom(16), issuer: this.#issuer, key, names }
    return { cert: leafCertificate({ ...request, ...lifetime }), key: pem(key) }
  }

  get key(): string {
    return pem(this.#issuer.key)
  }
}
