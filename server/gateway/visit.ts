// One ssh connection as the peer knows it: from where it comes, whose key it has proved, and the one space that it is
// in. All that the gateway says is checked here, and all that it asks is asked of policy again, each time: a key that
// was removed, a person who was disabled and a space that changed hands end what they opened.

import type { z } from 'zod'
import { SkeinError, toSkeinError } from '#protocol/errors.ts'
import type { Id, SpaceId, UserId } from '#protocol/ids.ts'
import { type StreamKind, type StreamOpen, streamOpenSchema } from '#protocol/link.ts'
import type { Asked } from '../../link/asked.ts'
import { audited } from '../identity/audit.ts'
import type { HostKey } from '../identity/host-key.ts'
import { may } from '../identity/policy.ts'
import { fingerprintOf } from '../identity/public-key.ts'
import type { Sessions } from '../identity/sessions.ts'
import type { KeyHolder, SshKeys } from '../identity/ssh-keys.ts'
import { resourceOf } from '../identity/subject.ts'
import type { LinkStream, Streams } from '../links/streams.ts'
import type { Log } from '../log.ts'
import type { Records, Row } from '../records/records.ts'
import { parseName, shownName } from './name.ts'
import type { Refusal, Refusals } from './refusals.ts'
import { relay } from './relay.ts'
import { arrival, standing, start, type WakeParts } from './wake.ts'
import {
  authoriseSchema,
  endsByItself,
  helloSchema,
  openSchema,
  type Readiness,
  readySchema,
  type Welcome,
} from './words.ts'

export interface VisitParts extends WakeParts {
  readonly records: Records
  readonly streams: Streams
  readonly keys: Pick<SshKeys, 'find' | 'noteUse'>
  /** The limit that guessing at passwords and at keys share. */
  readonly sessions: Pick<Sessions, 'checkAttempts' | 'countFailure' | 'giveAttemptBack'>
  readonly hostKeys: readonly HostKey[]
  /** Where people open Skein's pages. */
  readonly url: string
  readonly newRequestId: () => string
  readonly log: Log
  readonly refusals: Pick<Refusals, 'note'>
}

interface Guest {
  readonly blob: Buffer
  readonly holder: KeyHolder
  readonly spaceId: SpaceId
}

/** What ssh needs in a space; the rest of what an agent serves is not for whoever comes in here. */
const KINDS: ReadonlySet<string> = new Set<StreamKind>([
  'session',
  'sftp',
  'tcp',
  'unix',
  'listen',
  'accepted',
])

/** Names of one connection whose refusal is written down: ssh has one, and the gateway is not believed. */
const MAX_REFUSED = 4
/** Ways of one connection that are written down; an attacker's thousand sockets shall not fill the audit. */
const MAX_NOTED = 100

export class Visit {
  readonly #parts: VisitParts
  readonly #ended = new AbortController()
  /** Names that were let try on this connection, and whether each has cost an attempt. */
  readonly #tried = new Map<string, boolean>()
  readonly #streams = new Set<LinkStream>()
  readonly #noted = new Set<string>()
  /** By the name that was asked for; told when the connection ends and nobody has come in. */
  readonly #refused = new Map<string, Refusal>()
  #address: string | undefined
  #guest: Guest | undefined
  /** How many streams end by themselves. */
  #brief = 0

  constructor(parts: VisitParts) {
    this.#parts = parts
  }

  /** Something runs that ends by itself, which a peer that ends waits for. */
  get isBusy(): boolean {
    return this.#brief > 0
  }

  /** Whether its person, key or space is this one. */
  concerns(id: Id): boolean {
    const { holder, spaceId } = this.#guest ?? {}
    return id === spaceId || id === holder?.userId || id === holder?.keyId
  }

  /** False once whoever is in may be in no longer. */
  holds(): boolean {
    try {
      if (this.#guest) this.#space()
      return true
    } catch {
      return false
    }
  }

  /** The connection is gone: nothing that it opened goes on. */
  end(): void {
    // Somebody else's public key that is not proved is a guess as well.
    this.#countUnproven()
    this.#tellRefused()
    this.#ended.abort(new SkeinError('link_lost'))
    for (const stream of this.#streams) stream.abort()
  }

  /** Throws `conflict` when it is said twice. */
  hello(value: unknown): Welcome {
    const { address } = checked(helloSchema, value)
    if (this.#address !== undefined) throw new SkeinError('conflict', { thing: 'visit' })
    this.#address = address
    return { hostKeys: this.#parts.hostKeys.map(({ secret }) => secret) }
  }

  /**
   * Resolves when the key may go on: an offered one to its proof, a proved one into its space. Rejects with
   * `not_signed_in`, `rate_limited`, `ssh_key_unknown` or `ssh_space_unknown`.
   */
  async authorise(value: unknown): Promise<void> {
    const { user, key, isProven } = checked(authoriseSchema, value)
    const address = this.#knownAddress()
    this.#letTry(address, user)
    // What every client asks first, and no guess.
    if (!key) {
      this.#refuse(address, user, { reason: 'no_key' })
      throw new SkeinError('not_signed_in')
    }
    const blob = Buffer.from(key.blob, 'base64')
    const holder = this.#parts.keys.find(blob)
    if (!holder) throw this.#unknownKey(blob, user, address)
    // Whoever only knows somebody's public key learns nothing of their spaces.
    if (!isProven) {
      this.#refuse(address, user, { reason: 'key_unproven', fingerprint: holder.fingerprint })
      return
    }
    const row = this.#find(holder, user)
    if (!row) throw this.#unknownSpace(holder, user, address)
    this.#enter({ blob, holder, spaceId: row.id }, row, address)
    if (this.#tried.get(user)) this.#parts.sessions.giveAttemptBack(address)
    this.#tried.delete(user)
  }

  /** Answers how the space stands, and then tells of its coming until it is ready. */
  async ready(value: unknown, asked: Asked): Promise<void> {
    const { start: isStart } = checked(readySchema, value)
    const { row, holder } = this.#space()
    const is = standing(this.#parts, row)
    if (is !== 'still' || !isStart) asked.accept(readiness(is, row))
    if (is === 'still' && isStart) {
      if (!may(holder, 'space.run', resourceOf(row))) {
        throw new SkeinError('forbidden', { action: 'start', thing: 'space' })
      }
      await start(this.#parts, holder.actor, row.id)
      asked.accept(readiness('coming', row))
    }
    if (is === 'coming' || isStart) {
      const say = (line: string) => asked.duplex.write(`${JSON.stringify({ say: line })}\n`)
      await arrival(this.#parts, row.id, say, this.#ended.signal)
    }
    asked.fin({ ok: true })
    asked.duplex.resume()
  }

  /** Opens a stream into the space and relays it until it ends. */
  async open(value: unknown, asked: Asked): Promise<void> {
    const open = checkedOpen(checked(openSchema, value).open)
    const { row, holder } = this.#space()
    const gone = new AbortController()
    asked.duplex.once('close', () => gone.abort(new SkeinError('link_lost')))
    const stream = await this.#parts.streams.open({ space: row.id }, open, {
      actor: holder.actor,
      requestId: this.#parts.newRequestId(),
      signal: AbortSignal.any([gone.signal, this.#ended.signal]),
    })
    this.#note(open, row, holder)
    const isBrief = endsByItself(open)
    this.#streams.add(stream)
    if (isBrief) this.#brief++
    try {
      asked.accept(stream.opened)
      await relay(asked, stream)
    } finally {
      this.#streams.delete(stream)
      if (isBrief) this.#brief--
    }
  }

  #knownAddress(): string {
    if (this.#address === undefined) throw new SkeinError('bad_request', { reason: 'no hello' })
    return this.#address
  }

  /** Looks once for each name: whoever is under way is not stopped by others of the address who fail meanwhile. */
  #letTry(address: string, user: string): void {
    if (this.#tried.has(user)) return
    try {
      this.#parts.sessions.checkAttempts(address)
    } catch (caught) {
      this.#refuse(address, user, { reason: toSkeinError(caught).code })
      throw caught
    }
    this.#countUnproven()
    this.#tried.set(user, false)
  }

  /** One attempt for each name on a connection: a client with six keys is no guesser. */
  #countFailure(address: string, user: string): void {
    if (this.#tried.get(user) !== false) return
    this.#parts.sessions.countFailure(address)
    this.#tried.set(user, true)
  }

  #countUnproven(): void {
    if (this.#address === undefined) return
    for (const user of this.#tried.keys()) this.#countFailure(this.#address, user)
  }

  #find(holder: KeyHolder, user: string): Row<'space'> | undefined {
    const { records } = this.#parts
    const name = parseName(user)
    if (!name) return undefined
    const ownerId =
      name.owner === undefined
        ? holder.userId
        : (records.holder(`user:${name.owner}`) as UserId | undefined)
    const id = ownerId && records.holder(`space:${ownerId}/${name.space}`)
    const row = id && records.get('space', id as SpaceId)
    return row && mayEnter(holder, row) ? row : undefined
  }

  /** Whoever is in, as they are now. Throws `not_signed_in` when they are not, or no longer. */
  #space(): { readonly row: Row<'space'>; readonly holder: KeyHolder } {
    const guest = this.#guest
    const holder = guest && this.#parts.keys.find(guest.blob)
    const row = guest && this.#parts.records.get('space', guest.spaceId)
    if (!holder || !row || holder.userId !== guest.holder.userId || !mayEnter(holder, row)) {
      throw new SkeinError('not_signed_in')
    }
    return { row, holder }
  }

  /** Let in and written down: once a connection, since it has one space. */
  #enter(guest: Guest, row: Row<'space'>, address: string): void {
    const isNew = this.#guest === undefined
    if (!isNew && this.#guest?.spaceId !== guest.spaceId) {
      throw new SkeinError('conflict', { thing: 'visit' })
    }
    this.#guest = guest
    const { holder } = guest
    this.#parts.keys.noteUse(holder.keyId)
    if (!isNew) return
    this.#write(row, holder, address, 'ssh.attach', { fingerprint: holder.fingerprint })
  }

  /** What is forwarded and copied through the connection, each way once. */
  #note(open: StreamOpen, row: Row<'space'>, holder: KeyHolder): void {
    const way = wayThrough(open)
    if (!way || this.#address === undefined) return
    const key = JSON.stringify(way)
    if (this.#noted.has(key) || this.#noted.size >= MAX_NOTED) return
    this.#noted.add(key)
    this.#write(row, holder, this.#address, way.action, way.detail)
  }

  /** Not waited for: a full disk must not close the door through which it could be emptied. */
  #write(
    row: Row<'space'>,
    holder: KeyHolder,
    address: string,
    action: string,
    detail: Record<string, unknown>,
  ): void {
    const target = { kind: 'space', id: row.id, name: row.groups.name?.name ?? row.id }
    const by = { actor: holder.actor, address, credential: credentialOf(holder) }
    const note = audited(by, action, target, detail)
    this.#parts.records
      .transact(() => ({ changes: [note], result: undefined }))
      .catch((err: unknown) => this.#parts.log.error({ err }, `${action} not audited`))
  }

  /** Of a name the last, but never less than whose proved key it was. */
  #refuse(address: string, user: string, how: Omit<Refusal, 'address' | 'name'>): void {
    const held = this.#refused.get(user)
    if (held?.actor || (!held && this.#refused.size >= MAX_REFUSED)) return
    const { owner, space } = parseName(user) ?? {}
    const name = space === undefined ? 'unknown' : owner === undefined ? space : `${owner}+${space}`
    this.#refused.set(user, { address, name, ...how })
  }

  #tellRefused(): void {
    if (!this.#guest)
      for (const refusal of this.#refused.values()) this.#parts.refusals.note(refusal)
    this.#refused.clear()
  }

  #unknownKey(blob: Buffer, user: string, address: string): SkeinError {
    const fingerprint = fingerprintOf(blob)
    this.#countFailure(address, user)
    this.#refuse(address, user, { reason: 'ssh_key_unknown', fingerprint })
    this.#parts.log.info({ address, user: shownName(user), fingerprint }, 'ssh: unknown key')
    return new SkeinError('ssh_key_unknown', { fingerprint, page: `${this.#parts.url}/account` })
  }

  #unknownSpace(holder: KeyHolder, user: string, address: string): SkeinError {
    const { actor, fingerprint } = holder
    this.#countFailure(address, user)
    const whose = { actor, credential: credentialOf(holder) }
    this.#refuse(address, user, { reason: 'ssh_space_unknown', fingerprint, ...whose })
    const name = shownName(user)
    this.#parts.log.info({ address, user: name, by: actor.name }, 'ssh: no such space')
    return new SkeinError('ssh_space_unknown', { name, page: this.#parts.url })
  }
}

/** What of an opened stream is written down besides the entry itself; undefined for shells and commands. */
function wayThrough(
  open: StreamOpen,
): { readonly action: string; readonly detail: Record<string, unknown> } | undefined {
  const through = { through: 'ssh' }
  switch (open.kind) {
    case 'tcp':
      return {
        action: 'port.open',
        detail: {
          protocol: 'tcp',
          port: open.port,
          ...(open.host && { host: open.host }),
          ...through,
        },
      }
    case 'unix':
      return { action: 'port.open', detail: { protocol: 'unix', path: open.path, ...through } }
    case 'listen':
      return { action: 'port.listen', detail: { on: open.on, ...through } }
    case 'sftp':
      return { action: 'file.sftp', detail: through }
    default:
      return undefined
  }
}

const credentialOf = ({ keyId }: KeyHolder) => ({ kind: 'sshKey', id: keyId }) as const

const mayEnter = (holder: KeyHolder, row: Row<'space'>): boolean =>
  row.groups.desired?.state !== 'deleted' && may(holder, 'space.enter', resourceOf(row))

const readiness = (is: 'ready' | 'still' | 'coming', { groups, id }: Row<'space'>): Readiness => ({
  is,
  name: groups.name?.name ?? id,
  state: groups.runtime?.state ?? 'stopped',
})

function checked<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const reason = parsed.error.issues[0]?.message ?? 'malformed'
  throw new SkeinError('bad_request', { reason })
}

function checkedOpen(value: { readonly kind: string }): StreamOpen {
  if (!KINDS.has(value.kind)) throw new SkeinError('stream_unsupported', { kind: value.kind })
  return checked(streamOpenSchema, value)
}
