import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isDebianLike } from './packages.js'

test('Debian, Ubuntu and their kin are known by os-release', () => {
  assert.equal(isDebianLike('PRETTY_NAME="Debian GNU/Linux 12"\nID=debian\n'), true)
  assert.equal(isDebianLike('ID=linuxmint\nID_LIKE="ubuntu debian"\n'), true)
})

test('others are not', () => {
  assert.equal(isDebianLike('ID=fedora\nID_LIKE="rhel centos"\n'), false)
  assert.equal(isDebianLike(''), false)
})
