// Every kind of record and its field groups. A group is written whole and is the unit of last-writer-wins, so the
// groups are drawn such that two forms never write one group. `ownerOnly` groups need an Owner (spaces/owner.ts).

import type { AuditCredential } from '#protocol/api/audit.ts'
import type { Quota, Role } from '#protocol/api/people.ts'
import type { Visibility } from '#protocol/api/sharing-names.ts'
import type { ParameterValue, SpaceState } from '#protocol/api/spaces.ts'
import type { ErrorBody } from '#protocol/errors.ts'
import type {
  CredentialId,
  GroupId,
  HostId,
  Id,
  InvitationId,
  PeerId,
  RegistryId,
  RoleId,
  SessionId,
  SpaceId,
  SshKeyId,
  TemplateId,
  TokenId,
  UserId,
  VariableId,
  VersionId,
} from '#protocol/ids.ts'
import type { Actor } from '#protocol/link.ts'
import type { Marks } from './marks.ts'

export interface KindGroups {
  user: {
    profile: { username: string; displayName: string; createdAt: number }
    secret: { passwordHash: string }
    access: { role: Role; disabled: boolean; epoch: number }
    roles: { roles: Marks }
    quota: Quota
  }
  /** People who are given something together. Found by the claim `group:<name>`. */
  group: {
    profile: { name: string; description: string; createdAt: number }
    members: { people: Marks }
    /** Those of the members who say who is in it. */
    managers: { people: Marks }
    roles: { roles: Marks }
    /** Of each member who has none of their own. */
    quota: Quota
  }
  /** Named permissions, the actions of identity/policy.ts. Found by the claim `role:<name>`. */
  role: {
    profile: { name: string; description: string; createdAt: number }
    permissions: { actions: Marks }
  }
  /** A one-time link; deleted with its use. `used:<id>` is claimed by the session that used it. */
  invitation: {
    /** `hash` is the secret's SHA-256 in hexadecimal. */
    body: {
      purpose: 'invitation' | 'reset'
      hash: string
      createdAt: number
      expiresAt: number
      createdBy: UserId
      /** Whose password it resets, and the epoch that this was made at: a later password ends it. */
      userId?: UserId
      userEpoch?: number
      username?: string
      role: Role
      roles: RoleId[]
      groups: GroupId[]
    }
  }
  /** What somebody proves to be themselves with besides a password. `totp` today; others are kept and not understood. */
  credential: {
    /** `secret` is sealed with a key from the cluster's secret file (identity/sealed.ts). */
    body: { userId: UserId; type: string; name: string; createdAt: number; secret: string }
    confirmed: { at: number }
    /** The latest time step that was used, and by which session. */
    use: { step: number; by: string }
    /** Recovery codes by their keyed hash; in while unused. */
    recovery: { codes: Marks }
  }
  session: {
    start: { userId: UserId; createdAt: number; expiresAt: number; address: string; client: string }
  }
  /** Found by the claim `ssh-key:<fingerprint>`: one key belongs to one user. */
  sshKey: {
    /** `blob` is the key as SSH sends it, in base64. */
    body: {
      userId: UserId
      name: string
      algorithm: string
      blob: string
      fingerprint: string
      createdAt: number
    }
    /** Coarse, so that a busy script does not make every peer write at each use. */
    used: { at: number }
  }
  token: {
    /** `hash` is the secret's SHA-256 in hexadecimal; `userEpoch` ends it with the user's sessions. */
    body: {
      userId: UserId
      userEpoch: number
      name: string
      hash: string
      scopes: string[]
      createdAt: number
      expiresAt?: number
    }
    used: { at: number }
  }
  template: {
    meta: {
      name: string
      icon?: string
      description?: string
      createdAt: number
      createdBy: UserId
    }
    head: { versionId: VersionId; number: number }
  }
  templateVersion: {
    body: {
      templateId: TemplateId
      number: number
      source: string
      note: string
      authorId: UserId
      createdAt: number
    }
    /** What the version may reach outside its spaces, word by word, and who allowed it. */
    permission: { reaches: string[]; by: UserId; at: number }
  }
  space: {
    identity: { ownerId: UserId; createdAt: number }
    name: { name: string }
    /** What it shall run at the next start. */
    spec: {
      templateId: TemplateId
      versionId: VersionId
      parameters: Record<string, ParameterValue>
    }
    desired: {
      state: 'running' | 'stopped' | 'deleted'
      /** Grows with each wish; `restart` is `running` with a new generation. */
      generation: number
      intentId: string
      at: number
      by: Actor
      /** The intents before this one, the newest first. */
      past?: string[]
    }
    /** Whether the template's schedule holds for this space; since when. Absent: it does. */
    schedule: { isOff: boolean; at: number }
    /** Ports that others than the owner may open in a browser. */
    sharing: { ports: Record<string, { visibility: Visibility; people: UserId[] }> }
    /** With whom it is shared, and as what. */
    people: { users: Marks; groups: Marks }
    placement: { hostId: HostId; subnet: string }
    /** What is; written by the host's owner only. */
    runtime: {
      state: SpaceState
      reason: string
      since: number
      /** The generation of `desired` that this answers. */
      generation: number
      /** Grows with each start; the agent's link identity carries it. */
      epoch: number
      /** What the running containers were made from. */
      versionId?: VersionId
      parameters?: Record<string, ParameterValue>
      containers: Record<string, string>
      startedAt?: number
      failure?: ErrorBody & { log?: string[] }
    }
  }
  host: {
    info: {
      name: string
      engineId: string
      architecture: string
      engineVersion: string
      cpus: number
      memoryBytes: number
    }
    /** As the configuration of the peer that drives it says. */
    config: {
      name?: string
      zone?: string
      labels: Record<string, string>
      maxSpaces?: number
      maxMemoryBytes?: number
    }
    /** Who drives it, or did last. */
    driver: { peerId: PeerId; name: string; at: number }
  }
  /** What templates name as `var.NAME` or `secret.NAME`. Of two of one owner and name the later made one counts. */
  variable: {
    /** `ownerId` is a person's, a group's, a template's, or `EVERYBODY` (values/variables.ts). */
    body: { ownerId: Id; name: string; createdAt: number }
    /** Sealed with a key from the cluster's secret file; `past` is the value before, which logs may still hold. */
    value: { sealed: string; isSecret: boolean; at: number; by: Id; past?: string }
  }
  /** Where images are pulled from, and as whom. Of two of one host the later made one counts. */
  registry: {
    body: { host: string; createdAt: number }
    login: { username: string; sealed: string; at: number; by: Id }
  }
  /** Singletons, found by the claim `setting:<key>`. */
  setting: {
    value: { key: string; value: unknown }
  }
}

export type Kind = keyof KindGroups
export type Groups<K extends Kind> = KindGroups[K]

interface KindIds {
  user: UserId
  group: GroupId
  role: RoleId
  invitation: InvitationId
  credential: CredentialId
  session: SessionId
  sshKey: SshKeyId
  token: TokenId
  template: TemplateId
  templateVersion: VersionId
  space: SpaceId
  host: HostId
  variable: VariableId
  registry: RegistryId
  setting: Id<'setting'>
}
export type KindId<K extends Kind> = KindIds[K]

/** Look-ups that `list` answers without a scan. */
interface KindIndexes {
  user: never
  group: never
  role: never
  invitation: never
  credential: { userId: UserId }
  session: { userId: UserId }
  sshKey: { userId: UserId }
  token: { userId: UserId }
  template: never
  templateVersion: { templateId: TemplateId }
  space: { ownerId: UserId } | { hostId: HostId } | { templateId: TemplateId }
  host: never
  variable: { ownerId: Id }
  registry: never
  setting: never
}
export type IndexKey<K extends Kind> = KindIndexes[K]

export const ownerOnly: Partial<Record<Kind, readonly string[]>> = {
  space: ['placement', 'runtime'],
}

/** Append-only streams. `subject` is the id of what an entry is about. */
export interface StreamBodies {
  audit: {
    actor: Actor
    action: string
    target?: { kind: string; id: string; name: string }
    address?: string
    detail?: Record<string, unknown>
    credential?: AuditCredential | undefined
    before?: Record<string, unknown> | undefined
    after?: Record<string, unknown> | undefined
  }
  usage: { spaceId: SpaceId; cpuPercent: number; memoryBytes: number }
  timeline: {
    stepId: string
    intentId: string
    step: string
    text: string
    state: 'running' | 'done' | 'failed' | 'note'
    durationMs?: number
    log?: string[]
    error?: ErrorBody
    actor?: Actor
  }
}
export type StreamName = keyof StreamBodies
