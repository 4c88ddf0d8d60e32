// Ids name things for ever and are never secrets. UUIDv7 (RFC 9562, section 5.7): the leading 48 bits are
// milliseconds, so that ids made later sort later and a list by id is a list by age.

declare const kind: unique symbol

/** An id of one kind of thing; the brand keeps a user's id out of a place that wants a space's. */
export type Id<K extends string = string> = string & { readonly [kind]: K }

export type SpaceId = Id<'space'>
export type UserId = Id<'user'>
export type SessionId = Id<'session'>
export type TemplateId = Id<'template'>
export type VersionId = Id<'templateVersion'>
export type HostId = Id<'host'>
export type PeerId = Id<'peer'>
export type SshKeyId = Id<'sshKey'>
export type TokenId = Id<'token'>
export type GroupId = Id<'group'>
export type RoleId = Id<'role'>
export type InvitationId = Id<'invitation'>
export type CredentialId = Id<'credential'>
export type VariableId = Id<'variable'>
export type RegistryId = Id<'registry'>

const PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** Makes a UUIDv7. `nowMs` is wall time; `random` holds at least ten bytes of entropy. */
export function makeId<K extends string>(nowMs: number, random: Uint8Array): Id<K> {
  const bytes = new Uint8Array(16)
  for (let i = 5, rest = Math.floor(nowMs); i >= 0; i--, rest = Math.floor(rest / 256)) {
    bytes[i] = rest % 256
  }
  bytes.set(random.subarray(0, 10), 6)
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f)
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f)
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-') as Id<K>
}

/** A new id from the platform's clock and random source. Code under the simulator calls `makeId` instead. */
export function newId<K extends string>(): Id<K> {
  return makeId(Date.now(), crypto.getRandomValues(new Uint8Array(10)))
}

export function isId(text: string): boolean {
  return PATTERN.test(text)
}
