import assert from 'node:assert/strict'
import { test } from 'node:test'
import { agentConfig } from '../tests/agent/agent-config.ts'
import { readConfig, readVersion } from './config.ts'

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64')

test('the configuration is read and taken out of the environment', () => {
  const env: NodeJS.ProcessEnv = { SKEIN_AGENT: encode(agentConfig()), PATH: '/bin' }
  assert.equal(readConfig(env).spaceName, 'test')
  assert.deepEqual(env, { PATH: '/bin' })
})

test('a wrong configuration is refused without showing its key', () => {
  const key = 'secret-that-is-not-hex'
  const wrong = { SKEIN_AGENT: encode({ ...agentConfig(), key }) }
  assert.throws(
    () => readConfig(wrong),
    (error: Error) => {
      assert.match(error.message, /key/)
      assert.doesNotMatch(error.message, /secret-that/)
      return true
    },
  )
  assert.throws(() => readConfig({}), /not set/)
  assert.throws(() => readConfig({ SKEIN_AGENT: '%%%' }), /not valid/)
})

test('an agent that runs from its sources has no version', () => {
  assert.equal(readVersion('/no/such/folder'), 'source')
})
