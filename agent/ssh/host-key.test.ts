import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hostPublicKey as publicOf } from '../../ssh/host-key.ts'
import { agentConfig } from '../../tests/agent/agent-config.ts'
import { hostKey, hostPublicKey } from './host-key.ts'

test('the key is its seed’s, whatever the start, and is told as the SSH server shows it', () => {
  const seeded = agentConfig({ hostKeySeed: '01'.repeat(32) })
  const later = agentConfig({ hostKeySeed: '01'.repeat(32), epoch: 9, key: 'f'.repeat(64) })
  assert.equal(hostPublicKey(seeded), hostPublicKey(later))
  assert.equal(hostPublicKey(seeded), publicOf(hostKey(seeded)))
  assert.match(hostPublicKey(seeded), /^ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI[\w+/]{43}=?$/)
})

test('without a seed the key is that of this start of this space', () => {
  const first = agentConfig()
  assert.equal(hostPublicKey(first), hostPublicKey(agentConfig()))
  assert.notEqual(hostPublicKey(first), hostPublicKey(agentConfig({ key: '1'.repeat(64) })))
  assert.notEqual(hostPublicKey(first), hostPublicKey(agentConfig({ hostKeySeed: '0'.repeat(64) })))
})
