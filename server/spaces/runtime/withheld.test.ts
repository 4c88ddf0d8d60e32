import assert from 'node:assert/strict'
import { test } from 'node:test'
import { envWithout, withheldOf } from './withheld.ts'

test('what would change the agent is withheld from it, of the image and of the template', () => {
  const image = { PATH: '/bin', NODE_VERSION: '22', NODE_OPTIONS: '--image', LD_PRELOAD: '/x.so' }
  const template = { NODE_ENV: 'production', NODE_OPTIONS: '--template', UV_THREADPOOL_SIZE: '0' }
  assert.deepEqual(withheldOf(image, template), {
    NODE_OPTIONS: '--template',
    LD_PRELOAD: '/x.so',
    UV_THREADPOOL_SIZE: '0',
  })
})

test('what is withheld is unset by its name, and the rest stays', () => {
  const env = { A: '1', NODE_OPTIONS: '--x' }
  const withheld = { NODE_OPTIONS: '--x', LD_PRELOAD: '/x.so' }
  assert.deepEqual(envWithout(withheld, env), ['A=1', 'NODE_OPTIONS', 'LD_PRELOAD'])
})
