import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseTemplate } from '../../templates/parse.ts'
import { chooseVolume } from './home-volume.ts'

function templateOf(volumes: string, home = '') {
  const service = `services:\n  main:\n    image: x\n    volumes: [${volumes}]\n`
  const parsed = parseTemplate(`name: t\n${home}${service}`)
  return 'template' in parsed ? parsed.template : assert.fail(JSON.stringify(parsed))
}

test('the home volume is what is mounted at the home, or is called so, or is the only one', () => {
  const at = 'home: /h\n'
  assert.equal(chooseVolume(templateOf('home:/x, mine:/h', at)), 'mine')
  assert.equal(chooseVolume(templateOf('a:/x, home:/h')), 'home')
  assert.equal(chooseVolume(templateOf('a:/x')), 'a')
})

test('a volume that is not there, and a choice that nobody made, name those that there are', () => {
  const two = templateOf('a:/x, b:/y')
  assert.equal(chooseVolume(two, 'b'), 'b')
  const expected = { code: 'volume_missing', details: { volumes: 'a, b', volume: 'c' } }
  assert.throws(() => chooseVolume(two, 'c'), expected)
  assert.throws(() => chooseVolume(two), { code: 'volume_missing' })
  assert.throws(() => chooseVolume(undefined), { code: 'volume_missing' })
})
