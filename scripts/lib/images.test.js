import assert from 'node:assert/strict'
import { test } from 'node:test'
import { suiteOf } from './images.js'

test('the base image is of the machine’s own release', () => {
  assert.equal(suiteOf('ID=debian\nVERSION_CODENAME=trixie\n'), 'trixie')
  assert.equal(suiteOf('ID=ubuntu\nVERSION_CODENAME=noble\n'), 'noble')
})

test('a machine of another family gets the release that Skein is tested with', () => {
  assert.equal(
    suiteOf('ID=linuxmint\nVERSION_CODENAME=wilma\nID_LIKE="ubuntu debian"\n'),
    'bookworm',
  )
  assert.equal(suiteOf(''), 'bookworm')
})
