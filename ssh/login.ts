// The login, RFC 4252: public keys only. An offered key is asked about first; only when somebody has it registered is a
// signature checked, and only a checked signature asks with `isProven`. Nothing is remembered of one key for another.

import { SkeinError, toSkeinError } from '#protocol/errors.ts'
import { DisconnectReason, Message } from './messages.ts'
import { SIGNATURE_ALGORITHMS } from './offer.ts'
import { PacketReader, packet, protocolError } from './packet.ts'
import type { SshAuthorise, SshCredential, SshGuest } from './ports.ts'
import { isSignedBy, signedData } from './public-key.ts'
import type { Wire } from './wire.ts'

/** Requests that a client may send ahead of our answers. OpenSSH sends none. */
const MAX_AHEAD = 8
const MAX_USER_BYTES = 256
const MAX_KEY_BYTES = 8 * 1024
const SERVICE = 'ssh-connection'
/** What a client tries when it has no key left to offer: there is nothing to type, but then it is told why. */
const LAST_RESORT = 'keyboard-interactive'
const METHODS = `publickey,${LAST_RESORT}`

interface Request {
  readonly user: string
  readonly credential: SshCredential | undefined
  readonly method: string
  /** Present when the client proves the key; what it stands over, and the signature. */
  readonly proof?: { readonly request: Buffer; readonly signature: Buffer }
}

export interface LoginOptions {
  readonly wire: Wire
  readonly authorise: SshAuthorise
  readonly attempts: number
  onGuest(guest: SshGuest): void
  onFault(caught: unknown): void
}

export class Login {
  readonly #options: LoginOptions
  #user: string | undefined
  #refused = 0
  #ahead = 0
  #isDone = false
  #last: Promise<void> = Promise.resolve()
  /** Of offered keys that nobody has registered: no news while the client has others to offer. */
  #kept: string[] = []
  /** Sentences that were shown; a person with five keys is told once. */
  readonly #shown = new Set<string>()

  constructor(options: LoginOptions) {
    this.#options = options
  }

  /** Takes an authentication request. Throws `ssh_protocol`. */
  handle(payload: Buffer): void {
    // RFC 4252, 5.1: requests after the login are ignored.
    if (this.#isDone) return
    if (++this.#ahead > MAX_AHEAD)
      throw protocolError('it sends logins without waiting for answers')
    const request = read(payload)
    if (this.#user !== undefined && this.#user !== request.user) {
      throw protocolError('it changes its user name')
    }
    this.#user = request.user
    this.#last = this.#last
      .then(() => this.#answer(request))
      .catch((caught: unknown) => this.#failed(caught))
      .finally(() => {
        this.#ahead--
      })
  }

  async #answer(request: Request): Promise<void> {
    const { wire } = this.#options
    if (this.#isDone || wire.isOver) return
    const { credential, proof } = request
    if (!credential) {
      if (request.method === LAST_RESORT) this.#showKept()
      return this.#refuse()
    }
    const first = await this.#ask(request.user, credential, false)
    if (first instanceof SkeinError) return this.#refuse(first, credential)
    if (credential.type === 'none') return this.#admit(first)
    if (!proof) {
      return wire.send(packet(Message.authKeyOk, credential.algorithm, credential.blob))
    }
    const data = signedData(wire.sessionId, proof.request)
    if (!isSignedBy(credential, data, proof.signature)) {
      const reason = 'the signature is not the key’s'
      return this.#refuse(new SkeinError('ssh_key_refused', { reason }), credential)
    }
    const guest = await this.#ask(request.user, credential, true)
    if (guest instanceof SkeinError) this.#refuse(guest, credential)
    else this.#admit(guest)
  }

  #ask(user: string, credential: SshCredential, isProven: boolean): Promise<SshGuest | SkeinError> {
    return this.#options.authorise({ user, credential, isProven })
  }

  #admit(guest: SshGuest): void {
    const { wire } = this.#options
    if (wire.isOver) return
    this.#isDone = true
    wire.send(packet(Message.authSuccess))
    this.#options.onGuest(guest)
  }

  /** Every client begins with `none` to hear what there is: that counts for nothing and needs no sentence. */
  #refuse(error?: SkeinError, credential?: SshCredential): void {
    const { wire, attempts } = this.#options
    if (credential?.type !== 'none') {
      if (error?.code === 'ssh_key_unknown') this.#kept.push(error.message)
      else if (error) this.#show(error.message)
      this.#refused++
    }
    if (this.#refused >= attempts) {
      this.#showKept()
      const over = new SkeinError('ssh_key_refused', { reason: 'too many keys were offered' })
      wire.disconnect(DisconnectReason.noMoreAuthMethods, over)
      return
    }
    wire.send(packet(Message.authFailure, METHODS, false))
  }

  #showKept(): void {
    for (const sentence of this.#kept) this.#show(sentence)
    this.#kept = []
  }

  #show(sentence: string): void {
    if (this.#shown.has(sentence)) return
    this.#shown.add(sentence)
    this.#options.wire.send(packet(Message.authBanner, `skein: ${sentence}\r\n`, ''))
  }

  #failed(caught: unknown): void {
    this.#options.onFault(caught)
    this.#refuse(toSkeinError(caught), undefined)
  }
}

function read(payload: Buffer): Request {
  const reader = new PacketReader(payload)
  const user = reader.text()
  if (Buffer.byteLength(user) > MAX_USER_BYTES) throw protocolError('its user name is too long')
  if (reader.text() !== SERVICE) throw protocolError('it asks for another service than sessions')
  const method = reader.text()
  if (method === 'none') return { user, method, credential: { type: 'none' } }
  if (method !== 'publickey') return { user, method, credential: undefined }
  const isProof = reader.flag()
  const algorithm = reader.text()
  const blob = Buffer.from(reader.bytes())
  const isKnown = SIGNATURE_ALGORITHMS.some((name) => name === algorithm)
  if (!isKnown || blob.length > MAX_KEY_BYTES) return { user, method, credential: undefined }
  const credential = { type: 'publickey', algorithm, blob } as const
  if (!isProof) return { user, method, credential }
  const request = Buffer.from(payload.subarray(0, reader.position))
  return { user, method, credential, proof: { request, signature: Buffer.from(reader.bytes()) } }
}
