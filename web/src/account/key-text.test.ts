import assert from 'node:assert/strict'
import { test } from 'node:test'
import { algorithmName, isPrivateKey, keyComment, keyProblem } from './key-text.ts'

const line = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFwhhYiVfk5y you@laptop of yours'

test('a public key may be sent, with what surrounds it when it is pasted', () => {
  assert.equal(keyProblem(line), undefined)
  assert.equal(keyProblem(`\n ${line}\r\n`), undefined)
  assert.equal(keyComment(`${line}\n`), 'you@laptop of yours')
  assert.equal(keyComment('ssh-rsa AAAA'), '')
})

test('a private half in any format stays in the page', () => {
  for (const head of ['OPENSSH ', 'RSA ', 'EC ', 'ENCRYPTED ', '']) {
    const pasted = `-----BEGIN ${head}PRIVATE KEY-----\nAAAA\n`
    assert.ok(isPrivateKey(pasted))
    assert.match(keyProblem(pasted) ?? '', /private half/)
  }
  assert.ok(isPrivateKey('PuTTY-User-Key-File-3: ssh-ed25519\nPrivate-Lines: 1\n'))
  assert.ok(!isPrivateKey(line))
})

test('what is no key is told so before it is sent', () => {
  assert.match(keyProblem(`${line}\n${line}`) ?? '', /one line/)
  assert.match(keyProblem('SHA256:abc') ?? '', /begins with its type/)
  assert.match(keyProblem(`no-pty ${line}`) ?? '', /begins with its type/)
  assert.match(keyProblem(`ssh-rsa ${'A'.repeat(20_000)}`) ?? '', /too long/)
  assert.ok(keyProblem('  '))
})

test('an algorithm that this page does not know is shown as it is', () => {
  assert.equal(algorithmName('ssh-ed25519'), 'Ed25519')
  assert.equal(algorithmName('ssh-future'), 'ssh-future')
})
