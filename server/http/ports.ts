// What the HTTP door needs from the rest of the peer, in its own words. The real parts fit by structure; tests give
// small ones by hand.

import type { AuditReport } from '#protocol/api/audit.ts'
import type { TemplateBundle, TemplateImport } from '#protocol/api/bundles.ts'
import type { PeerAsk, PeerInfo } from '#protocol/api/peers.ts'
import type { PlanTemplate, SpacePlan, TemplatePlan } from '#protocol/api/plan.ts'
import type { SshHostKey } from '#protocol/api/ssh.ts'
import type { Starter, Template, TemplateCheck, TemplateDetail } from '#protocol/api/templates.ts'
import type { SpaceId, TemplateId } from '#protocol/ids.ts'
import type { Clock, Random } from '../clock.ts'
import type { PublishedPeer } from '../cluster/published.ts'
import type { By, Doer } from '../identity/audit.ts'
import type { Identity } from '../identity/identity.ts'
import type { Streams } from '../links/streams.ts'
import type { Live } from '../live/live.ts'
import type { Asked } from '../peer/duty/ask.ts'
import type { Records } from '../records/records.ts'
import type { Spaces } from '../spaces/spaces.ts'
import type { PendingLogins } from './cli/logins.ts'
import type { Tabs } from './live/tabs.ts'
import type { Roaming } from './roaming.ts'
import type { Visits } from './visits.ts'

export interface Log {
  info(details: object, message: string): void
  warn(details: object, message: string): void
  error(details: object, message: string): void
}

export type { Wish } from '../spaces/wishes.ts'

/** Without what only the peer's own parts ask of spaces. */
export type SpacesPort = Pick<
  Spaces,
  | 'show'
  | 'create'
  | 'preview'
  | 'want'
  | 'forget'
  | 'rename'
  | 'configure'
  | 'schedule'
  | 'timeline'
  | 'transfer'
  | 'used'
>

export interface TemplatesPort {
  list(): readonly Template[]
  get(id: TemplateId): TemplateDetail | undefined
  /** Makes the template, or its next version. Rejects with `template_invalid`, `template_not_allowed`, `conflict`. */
  save(
    by: Doer,
    template: { id?: TemplateId; source: string; note: string; base?: string; allow?: boolean },
  ): Promise<TemplateDetail>
  /** Rejects with `template_in_use`. */
  remove(by: Doer, id: TemplateId): Promise<unknown>
  check(source: string): TemplateCheck
  /** What a text, or the newest version, would make and change. Throws `not_found`. */
  plan(request: PlanTemplate): TemplatePlan
  /** What the next start of a space would change. Throws `not_found`. */
  planSpace(id: SpaceId): SpacePlan
  export(id: TemplateId): TemplateBundle
  /** Rejects as `save` does. */
  import(
    by: Doer,
    wish: { id: TemplateId; bundle: TemplateBundle; allow: boolean },
  ): Promise<TemplateImport>
  readonly starters: readonly Starter[]
}

export interface PeersPort {
  /** Everybody that was ever heard of, the asked peer first. */
  list(): Promise<readonly PeerInfo[]>
  /** The line with which another peer joins. Secret. */
  token(): string
  /** Rejects with `not_found`, `peer_ambiguous` and `last_peer`. */
  ask?(who: string, ask: PeerAsk, by: By): Promise<Asked>
  /** Where people open each peer that was ever heard of. */
  published?(): readonly PublishedPeer[]
  /** Waits a little until one other peer, or each that can be reached, has everything that was written here. */
  received?(by: 'one' | 'all'): Promise<{ readonly peers: number; readonly of: number }>
}

export interface HttpConfig {
  /** How browsers reach the whole of Skein, when not by this peer's own address: scheme, host and port. */
  readonly publicUrl?: string
  /** This peer's listener speaks TLS itself, with the administrator's certificate or one of its own authority. */
  readonly tls?: 'files' | 'self'
  /** PEM of the own authority, for `GET /ca.pem`. */
  readonly authority?: string
  /** The administrator accepted passwords in clear text: cookies then work without HTTPS. */
  readonly insecureHttp: boolean
  /** Addresses and ranges whose X-Forwarded-For, -Proto and -Host are believed. */
  readonly trustedProxies: readonly string[]
  /** Names besides localhost, IP addresses and the public URL by which this peer may be called. */
  readonly hostNames?: readonly string[]
  /** Below it lie the hosts of ports and apps; `localhost` where everybody is on this machine. */
  readonly appsDomain?: string
  /** Where the gateway answers and by which keys; absent when ssh is off. */
  readonly ssh?: () => {
    readonly host: string
    readonly port: number
    readonly hostKeys: readonly SshHostKey[]
  }
  readonly peer: { readonly id: string; readonly name: string; readonly version: string }
}

/** Whether the audit is what was written. */
export interface AuditPort {
  verify(): Promise<AuditReport>
}

/** Everything that a route's handler may use. */
export interface Door {
  readonly identity: Identity
  readonly records: Records
  readonly live: Live
  readonly streams: Streams
  readonly spaces: SpacesPort
  readonly templates: TemplatesPort
  readonly peers: PeersPort
  readonly audit: AuditPort
  readonly tabs: Tabs
  readonly roaming: Roaming
  readonly visits: Visits
  readonly logins: PendingLogins
  readonly config: HttpConfig
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}
