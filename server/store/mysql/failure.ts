// What goes wrong with a server, by its number (mariadb.com/kb/en/mariadb-error-codes) or the system's word for it.

/** What came of a statement. */
export type FailureKind =
  /** Undone by the server, and worth the same again: deadlocks, lost certifications, waits for a lock. */
  | 'again'
  /** A row with that key is there. */
  | 'duplicate'
  | 'full'
  /** This server takes no writes. */
  | 'readOnly'
  /** This server does not serve just now: it shuts down, has too many connections, or has lost its group. */
  | 'notServing'
  /** It lets nobody in with what it was told: user, password, database. */
  | 'denied'
  /** Its certificate is none that we trust. */
  | 'untrusted'
  /** No host let us in: nothing was asked of any. */
  | 'away'
  /** The connection is gone, or the server does not answer: a commit may have happened. */
  | 'lost'
  | 'failed'

const ALREADY_THERE = [1050, 1060, 1061, 1091]

const KINDS: Readonly<
  Record<Exclude<FailureKind, 'away' | 'lost' | 'failed' | 'untrusted'>, readonly number[]>
> = {
  again: [1020, 1205, 1213, 1613, 1614],
  duplicate: [1062, 1586],
  full: [1021, 1114, 3675],
  readOnly: [1290, 1792, 1836, 3989],
  notServing: [1040, 1047, 1053, 1077, 1129, 1152, 1203, 1226, 3168],
  denied: [1044, 1045, 1049, 1130, 1142, 1227, 1251, 1275, 1698, 1820, 1862, 3118, 3159],
}

/** Said by Node of certificates, and by mysql2 of a server that offers no TLS. */
const UNTRUSTED =
  /^(CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_TLS_|ERR_SSL_|HANDSHAKE_NO_SSL|HANDSHAKE_SSL|ERR_OSSL_)/
/** `ENOSPC` as the storage engine passes it on. */
const NO_SPACE = /(errno: 28\b|Got error 28\b|No space left on device)/

/** An answer of a server, or the loss of it. */
export class DatabaseFailure extends Error {
  override readonly name = 'DatabaseFailure'
  readonly kind: FailureKind
  readonly number: number | undefined

  constructor(kind: FailureKind, message: string, number?: number, cause?: unknown) {
    super(message, { cause })
    this.kind = kind
    this.number = number
  }

  /** In a migration: the statement had been run already. */
  get isAlreadyThere(): boolean {
    return this.number !== undefined && ALREADY_THERE.includes(this.number)
  }
}

/** What a caught thing is. `isOpen`: whether the connection was open before. */
export function failureOf(error: unknown, isOpen: boolean): DatabaseFailure {
  if (error instanceof DatabaseFailure) return error
  const { errno, code, message, fatal } = shapeOf(error)
  const number = typeof errno === 'number' && errno >= 1000 ? errno : undefined
  const make = (kind: FailureKind) => new DatabaseFailure(kind, message, number, error)
  if (number !== undefined) {
    const [known] = Object.entries(KINDS).find(([, all]) => all.includes(number)) ?? []
    if (known) return make(known as FailureKind)
    if (NO_SPACE.test(message)) return make('full')
    return make(fatal && isOpen ? 'lost' : 'failed')
  }
  if (UNTRUSTED.test(code)) return make('untrusted')
  return make('lost')
}

function shapeOf(error: unknown) {
  if (!(error instanceof Error)) return { errno: 0, code: '', message: String(error), fatal: false }
  const { errno, code, fatal } = error as { errno?: unknown; code?: unknown; fatal?: unknown }
  const message = error.message || String(code)
  return { errno, code: String(code ?? ''), message, fatal: fatal === true }
}
