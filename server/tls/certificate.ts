// X.509 certificates (RFC 5280) of our own authority: its own one, and those that it signs for this server's names.
// Pure but for the signature: keys, numbers and times are given.

import { createHash, createPublicKey, type KeyObject, sign } from 'node:crypto'
import { isIP } from 'node:net'
import {
  bits,
  explicit,
  implicit,
  integer,
  octets,
  oid,
  sequence,
  set,
  time,
  utf8,
  yes,
} from './der.ts'

const OID = {
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  organization: '2.5.4.10',
  commonName: '2.5.4.3',
  subjectKeyId: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyId: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
} as const

/** Of RFC 5280, 4.2.1.6. */
const DNS_NAME = 2
const IP_ADDRESS = 7
/** Bits of KeyUsage from the left (4.2.1.3): digitalSignature is 0; keyCertSign is 5 and cRLSign 6. */
const SIGNS_DATA = { bytes: Buffer.from([0x80]), unused: 7 }
const SIGNS_CERTIFICATES = { bytes: Buffer.from([0x06]), unused: 1 }
/** The most that fits into a common name, characters. */
export const MAX_COMMON_NAME = 64

export interface Lifetime {
  readonly fromMs: number
  readonly untilMs: number
}

export interface Issuer {
  readonly commonName: string
  /** ECDSA P-256, private. */
  readonly key: KeyObject
}

export interface AuthorityRequest extends Issuer, Lifetime {
  /** 16 random bytes. */
  readonly serial: Uint8Array
}

export interface LeafRequest extends Lifetime {
  readonly serial: Uint8Array
  readonly issuer: Issuer
  /** The leaf's own key; only its public part goes in. */
  readonly key: KeyObject
  /** DNS names, also `*.apps.example.com`, and IP addresses; at least one. */
  readonly names: readonly string[]
}

/** The authority's own certificate as PEM: it may sign servers and no further authorities. */
export function authorityCertificate(request: AuthorityRequest): string {
  const { commonName, key } = request
  return signed(request, { issuer: request, subject: commonName, key }, [
    extension(OID.basicConstraints, sequence(yes(), integer(Buffer.alloc(1))), true),
    extension(OID.keyUsage, bits(SIGNS_CERTIFICATES.bytes, SIGNS_CERTIFICATES.unused), true),
    extension(OID.subjectKeyId, octets(keyId(key))),
  ])
}

/** A server's certificate as PEM. */
export function leafCertificate(request: LeafRequest): string {
  const { issuer, key, names } = request
  const subject = (names.find((name) => isIP(name) === 0) ?? names[0] ?? '').slice(
    0,
    MAX_COMMON_NAME,
  )
  return signed(request, { issuer, subject, key }, [
    extension(OID.basicConstraints, sequence(), true),
    extension(OID.keyUsage, bits(SIGNS_DATA.bytes, SIGNS_DATA.unused), true),
    extension(OID.extendedKeyUsage, sequence(oid(OID.serverAuth))),
    extension(OID.subjectKeyId, octets(keyId(key))),
    extension(OID.authorityKeyId, sequence(implicit(0, keyId(issuer.key)))),
    extension(OID.subjectAltName, sequence(...names.map(generalName))),
  ])
}

interface Parties {
  readonly issuer: Issuer
  readonly subject: string
  readonly key: KeyObject
}

function signed(
  { serial, fromMs, untilMs }: Lifetime & { readonly serial: Uint8Array },
  { issuer, subject, key }: Parties,
  extensions: readonly Buffer[],
): string {
  const algorithm = sequence(oid(OID.ecdsaWithSha256))
  const version3 = explicit(0, integer(Buffer.from([2])))
  const toBeSigned = sequence(
    version3,
    integer(positive(serial)),
    algorithm,
    name(issuer.commonName),
    sequence(time(fromMs), time(untilMs)),
    name(subject),
    publicPart(key),
    explicit(3, sequence(...extensions)),
  )
  const signature = sign('sha256', toBeSigned, issuer.key)
  return pem(sequence(toBeSigned, algorithm, bits(signature)))
}

/** 20 bytes that name a key (RFC 7093, method 4 cut to the length of method 1). */
function keyId(key: KeyObject): Buffer {
  return createHash('sha256').update(publicPart(key)).digest().subarray(0, 20)
}

const publicPart = (key: KeyObject): Buffer =>
  createPublicKey(key).export({ type: 'spki', format: 'der' })

function extension(id: string, value: Buffer, isCritical = false): Buffer {
  return sequence(oid(id), ...(isCritical ? [yes()] : []), octets(value))
}

function name(commonName: string): Buffer {
  const part = (id: string, text: string) => set(sequence(oid(id), utf8(text)))
  return sequence(part(OID.organization, 'Skein'), part(OID.commonName, commonName))
}

function generalName(text: string): Buffer {
  if (isIP(text) === 0) return implicit(DNS_NAME, Buffer.from(text, 'ascii'))
  return implicit(IP_ADDRESS, addressBytes(text))
}

/** Four bytes, or sixteen: URL writes every IPv6 address in one way, groups of up to four digits with one `::`. */
function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number))
  const [head = '', tail = ''] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const groups = (text: string) => text.split(':').filter((group) => group !== '')
  const zeros = Array<string>(8 - groups(head).length - groups(tail).length).fill('0')
  const all = [...groups(head), ...zeros, ...groups(tail)]
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex')
}

/** Positive, and always of the same length (4.1.2.2 allows 20 bytes). */
function positive(serial: Uint8Array): Buffer {
  const bytes = Buffer.from(serial)
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40
  return bytes
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}
