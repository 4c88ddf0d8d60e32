import assert from 'node:assert/strict'
import { it } from 'node:test'
import { chooseVersion } from './api-version.ts'

it('the API that we know is asked for while the engine still speaks it', () => {
  assert.equal(chooseVersion('1.12', '1.41'), '1.41')
  assert.equal(chooseVersion('1.24', '1.50'), '1.41')
  assert.equal(chooseVersion('1.44', '1.52'), '1.44')
})

it('an engine that is too old is refused by name', () => {
  assert.throws(() => chooseVersion('1.12', '1.40'), { code: 'engine_refused' })
})
