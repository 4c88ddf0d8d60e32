// What the command knows of what pages show.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commands } from '../../../cli/main.ts'
import { unknownWords } from './cli-words.ts'

const program = commands('', () => undefined)
const unknown = (line: string, prose = false) => unknownWords(program, line.split(' '), { prose })

test('what the command knows passes', () => {
  for (const line of [
    'spaces create alpha --template Shell --param cpus=2',
    'exec --cwd /tmp alpha -- make --jobs 2',
    'ssh alpha -L 8080:localhost:80',
    'server --listen 0.0.0.0:7534 --insecure-http',
    'peers drain b',
    'backup a.backup --key-file key --data /srv --json',
    'config print --config a.yaml',
    '--version',
  ]) {
    assert.equal(unknown(line), undefined, line)
  }
})

test('words, options and counts that it does not know are told', () => {
  assert.match(unknown('forward alpha 80') ?? '', /no command forward/)
  assert.match(unknown('spaces make alpha') ?? '', /`skein spaces` has no command make/)
  assert.match(unknown('port alpha 80 --tcp') ?? '', /has no option --tcp/)
  assert.match(unknown('server --liste x') ?? '', /no option --liste/)
  assert.match(unknown('cp a') ?? '', /takes 2 words, not 1/)
  assert.equal(unknown('cp', true), undefined)
})
