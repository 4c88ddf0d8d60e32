// What people write on command lines, and what becomes of it.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { arrival } from './arrived.ts'
import { columns } from './columns.ts'
import { complete, type KnownCommand } from './complete.ts'
import { nameIn, parseCopy, parsePlace } from './copy/place.ts'
import { quantity } from './copy/progress.ts'
import { DatagramReader, encodeDatagram } from './datagrams.ts'
import { readEnvironment } from './exec.ts'
import { parseSpace } from './find-space.ts'
import { parseForward } from './forward.ts'
import { waitMs } from './patience.ts'
import { splitArguments } from './ssh.ts'
import { readParameters } from './wishes.ts'

test('a port is digits and nothing else', () => {
  assert.deepEqual(parseForward('8080'), { port: 8080, local: 8080 })
  assert.deepEqual(parseForward('80:8080'), { port: 80, local: 8080 })
  assert.deepEqual(parseForward('80:0'), { port: 80, local: 0 })
  const tricks = '02280,+2280,2280 ,0x8e8,2280.0,２２８０,-1,65536,0,1e3,,80:,:80,80:80:80,80:-1'
  for (const trick of tricks.split(',')) {
    assert.throws(() => parseForward(trick), { code: 'port_invalid' }, trick)
  }
})

test('a space is its name, its owner’s and its name, or its id', () => {
  assert.deepEqual(parseSpace('alpha'), { name: 'alpha' })
  assert.deepEqual(parseSpace('alpha.skein'), { name: 'alpha' })
  assert.deepEqual(parseSpace('ada/alpha'), { owner: 'ada', name: 'alpha' })
  assert.deepEqual(parseSpace('ada+alpha'), { owner: 'ada', name: 'alpha' })
  for (const bad of ['', 'a b', '-x;id', 'a/b/c', '../x', 'a\n']) {
    assert.throws(() => parseSpace(bad), { code: 'name_invalid' }, bad)
  }
})

test('one end of a copy is in a space, as scp would read it', () => {
  assert.deepEqual(parsePlace('alpha:'), { kind: 'space', space: 'alpha', path: '.' })
  assert.deepEqual(parsePlace('ada+alpha:a:b'), { kind: 'space', space: 'ada+alpha', path: 'a:b' })
  assert.deepEqual(parsePlace('./alpha:x'), { kind: 'local', path: './alpha:x' })
  assert.deepEqual(parsePlace('ada/alpha:x'), { kind: 'local', path: 'ada/alpha:x' })
  assert.throws(() => parseCopy('x', 'ada/alpha:x'), /OWNER\+NAME:PATH/)
  assert.deepEqual(parseCopy('x', 'alpha:/y'), {
    way: 'up',
    local: 'x',
    space: 'alpha',
    path: '/y',
  })
  assert.throws(() => parseCopy('x', 'y'), { code: 'bad_request' })
  assert.throws(() => parseCopy('a:x', 'b:y'), { code: 'bad_request' })
  assert.deepEqual(['/a/b/', 'a', '.', '/', '..', '~'].map(nameIn), [
    'b',
    'a',
    ...Array(4).fill(undefined),
  ])
})

test('options of ssh go before the host, the command after it', () => {
  const split = (text: string) => splitArguments(text.split(' '))
  assert.deepEqual(split('-v -L 80:x:80 -p22 ls -l'), {
    before: ['-v', '-L', '80:x:80', '-p22'],
    after: ['ls', '-l'],
  })
  assert.deepEqual(split('-vNT -oA=b -- -x'), { before: ['-vNT', '-oA=b'], after: ['-x'] })
  assert.deepEqual(splitArguments([]), { before: [], after: [] })
})

test('parameters and variables are NAME=VALUE, and a value keeps its later signs', () => {
  assert.deepEqual(readParameters(['cpu=2', 'name=a=b', 'on=true', 'list=["x"]', 'empty=']), {
    cpu: 2,
    name: 'a=b',
    on: true,
    list: ['x'],
    empty: '',
  })
  assert.throws(() => readParameters(['=x']), { code: 'bad_request' })
  assert.deepEqual(readEnvironment(['A=1=2']), { A: '1=2' })
  assert.throws(() => readEnvironment(['A']), { code: 'bad_request' })
})

test('a wish has come true when the space says so anew, and not by what it said before', () => {
  const seen = (state: string, since: string) => ({ state, since })
  assert.equal(arrival('restart', seen('running', '1'), seen('running', '1')), 'waiting')
  assert.equal(arrival('restart', seen('running', '1'), seen('running', '2')), 'done')
  assert.equal(arrival('start', seen('running', '1'), seen('running', '1')), 'done')
  assert.equal(arrival('start', seen('failed', '1'), seen('failed', '1')), 'waiting')
  assert.equal(arrival('start', seen('failed', '1'), seen('failed', '2')), 'failed')
  assert.equal(arrival('stop', seen('running', '1'), seen('stopped', '2')), 'done')
  assert.equal(arrival('delete', seen('stopped', '1'), undefined), 'done')
})

test('datagrams come out as they went in, however the bytes are cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 300 })),
      fc.integer({ min: 1, max: 64 }),
      (sent, cut) => {
        const bytes = Buffer.concat(sent.map(encodeDatagram))
        const reader = new DatagramReader()
        const came: Buffer[] = []
        for (let at = 0; at < bytes.length; at += cut)
          came.push(...reader.push(bytes.subarray(at, at + cut)))
        assert.deepEqual(
          came.map((one) => [...one]),
          sent.map((one) => [...one]),
        )
      },
    ),
  )
  assert.throws(() => encodeDatagram(new Uint8Array(70_000)), RangeError)
})

test('waiting begins at nothing and never passes a second', () => {
  const waits = Array.from({ length: 30 }, (_, i) => waitMs(i + 1))
  assert.equal(waits[0], 0)
  assert.equal(Math.max(...waits), 1000)
  assert.deepEqual(
    waits,
    waits.toSorted((a, b) => a - b),
  )
})

test('columns line up and quantities are read at a glance', () => {
  assert.equal(
    columns([
      ['a', 'bb'],
      ['ccc', 'd'],
    ]),
    'a    bb\nccc  d',
  )
  assert.deepEqual([0, 999, 1000, 1_234_567].map(quantity), ['0 B', '999 B', '1.0 kB', '1.2 MB'])
})

test('completion offers what fits where it stands', async () => {
  const leaf = (name: string, takes?: string): KnownCommand => ({
    name,
    takes,
    options: ['--json'],
    commands: [],
  })
  const spaces = { ...leaf('spaces'), commands: [leaf('start', 'space'), leaf('stop', 'space')] }
  const known = {
    commands: [leaf('exec', 'space'), leaf('cp', 'from'), spaces],
    spaces: async () => ['alpha', 'beta'],
  }
  const answer = (...words: string[]) => complete(words, known)
  assert.deepEqual(await answer(''), ['exec', 'cp', 'spaces'])
  assert.deepEqual(await answer('exec', ''), ['alpha', 'beta'])
  assert.deepEqual(await answer('exec', 'alpha', ''), [])
  assert.deepEqual(await answer('exec', '--j'), ['--json'])
  assert.deepEqual(await answer('spaces', 'st'), ['start', 'stop'])
  assert.deepEqual(await answer('spaces', 'stop', 'b'), ['beta'])
  assert.deepEqual(await answer('cp', 'al'), ['alpha:'])
  assert.deepEqual(await answer('nothing', ''), [])
})
