// Lines as people paste them: what ssh-keygen makes is taken as it is, everything else is refused by name.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { MAX_KEY_LINE_CHARS } from '#protocol/api/credential-limits.ts'
import { SkeinError } from '#protocol/errors.ts'
import { KEY_LINE } from '../../tests/support/http/keys.ts'
import { parsePublicKey } from './public-key.ts'

const folder = mkdtempSync(join(tmpdir(), 'skein-keys-'))
after(() => rmSync(folder, { recursive: true }))

/** A pair by the real ssh-keygen; the path of its private half. */
function pair(type: string, bits: string): string {
  const path = join(folder, `${type}-${bits}`)
  execFileSync('ssh-keygen', ['-q', '-t', type, '-b', bits, '-N', '', '-C', 'a b', '-f', path])
  return path
}
const fingerprintBy = (path: string) => execFileSync('ssh-keygen', ['-lf', path]).toString()

for (const [type, bits, algorithm] of [
  ['ed25519', '256', 'ssh-ed25519'],
  ['ecdsa', '256', 'ecdsa-sha2-nistp256'],
  ['ecdsa', '384', 'ecdsa-sha2-nistp384'],
  ['ecdsa', '521', 'ecdsa-sha2-nistp521'],
  ['rsa', '2048', 'ssh-rsa'],
] as const) {
  test(`an ${type} key of ${bits} bits has the fingerprint that ssh-keygen prints`, () => {
    const path = pair(type, bits)
    const line = readFileSync(`${path}.pub`, 'utf8')
    const key = parsePublicKey(line)
    assert.equal(key.algorithm, algorithm)
    assert.equal(key.comment, 'a b')
    assert.equal(fingerprintBy(path).split(' ')[1], key.fingerprint)
    assert.throws(() => parsePublicKey(readFileSync(path, 'utf8')), { code: 'key_private' })
  })
}

test('an RSA key of 1024 bits is too weak', () => {
  const line = readFileSync(`${pair('rsa', '1024')}.pub`, 'utf8')
  assert.throws(() => parsePublicKey(line), { code: 'key_weak', message: /1024 bits/ })
})

const [type = '', encoded = ''] = KEY_LINE.split(' ')
const field = (bytes: Uint8Array | string) => {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, Buffer.from(bytes)])
}
const lineOf = (algorithm: string, ...fields: (Uint8Array | string)[]) =>
  `${algorithm} ${Buffer.concat([algorithm, ...fields].map(field)).toString('base64')}`
const modulus = Buffer.concat([Buffer.alloc(1), Buffer.alloc(256, 0xff)])

const refused: [string, string, string][] = [
  ['nothing but words', 'hello world', 'key_invalid'],
  ['the base64 alone', encoded, 'key_invalid'],
  ['a type alone', type, 'key_unsupported'],
  ['options in front', `no-pty,command="id" ${KEY_LINE}`, 'key_invalid'],
  ['an option that looks like a type', `ssh-x="y" ${KEY_LINE}`, 'key_invalid'],
  ['a second line', `${KEY_LINE}\n${KEY_LINE}`, 'key_invalid'],
  ['a carriage return within', `${type} ${encoded}\r${encoded}`, 'key_invalid'],
  ['a line separator within', `${KEY_LINE}\u2028x`, 'key_invalid'],
  ['a cut end', `${type} ${encoded.slice(0, -8)}`, 'key_invalid'],
  ['more after the key', lineOf('ssh-ed25519', Buffer.alloc(32, 1), 'more'), 'key_invalid'],
  ['base64 with a stray letter', `${type} ${encoded}A`, 'key_invalid'],
  ['base64 of the web’s kind', `${type} ${encoded.replace(/A/, '-')}`, 'key_invalid'],
  ['another type in front', `ssh-rsa ${encoded}`, 'key_invalid'],
  ['a DSA key', 'ssh-dss AAAAB3NzaC1kc3M=', 'key_weak'],
  ['a certificate', 'ssh-ed25519-cert-v01@openssh.com AAAA', 'key_unsupported'],
  ['a security key', 'sk-ssh-ed25519@openssh.com AAAA', 'key_unsupported'],
  ['a key of no type of ours', 'constructor AAAA', 'key_invalid'],
  ['a key in the format of PuTTY', 'PuTTY-User-Key-File-3: ssh-ed25519', 'key_private'],
  ['a key of another format', '---- BEGIN SSH2 PUBLIC KEY ----\nAAAA', 'key_invalid'],
  ['a point off the curve', offCurve(), 'key_invalid'],
  ['another curve inside', lineOf('ecdsa-sha2-nistp256', 'nistp384', point()), 'key_invalid'],
  ['a point cut short', lineOf('ecdsa-sha2-nistp256', 'nistp256', '\x04short'), 'key_invalid'],
  ['an exponent of 1', lineOf('ssh-rsa', '\x01', modulus), 'key_weak'],
  ['an even exponent', lineOf('ssh-rsa', '\x04', modulus), 'key_weak'],
  ['a negative modulus', lineOf('ssh-rsa', '\x03', Buffer.alloc(256, 0xff)), 'key_invalid'],
  ['a modulus of zeros', lineOf('ssh-rsa', '\x03', Buffer.alloc(257)), 'key_invalid'],
  ['an empty modulus', lineOf('ssh-rsa', '\x03', ''), 'key_invalid'],
  ['a huge modulus', lineOf('ssh-rsa', '\x03', Buffer.alloc(1025, 0x7f)), 'key_invalid'],
  ['a line without an end', `${type} ${'A'.repeat(MAX_KEY_LINE_CHARS)}`, 'too_large'],
]

function point(): Buffer {
  return Buffer.concat([Buffer.from([4]), Buffer.alloc(64, 1)])
}
function offCurve(): string {
  return lineOf('ecdsa-sha2-nistp256', 'nistp256', point())
}

for (const [what, line, code] of refused) {
  test(`${what} is refused with ${code}`, () => {
    assert.throws(
      () => parsePublicKey(line),
      (error) => error instanceof SkeinError && error.code === code,
    )
  })
}

test('spaces and a line end around the line do no harm, and a comment keeps no hidden marks', () => {
  const { comment } = parsePublicKey(`\n  ${type}\t${encoded}  ada\u202eevil\u0007@host\r\n`)
  assert.equal(comment, 'adaevil@host')
})
