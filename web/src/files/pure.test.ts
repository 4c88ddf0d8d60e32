import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FileEntry } from '#protocol/api/files.ts'
import { compareLines } from './compare.ts'
import { arranged, clicked, defaultOrder } from './order.ts'
import {
  crumbsOf,
  freshName,
  joinPath,
  modeText,
  nameOf,
  parentOf,
  shownName,
  typedPath,
} from './paths.ts'
import { all, found, kept, moved, noSelection, only, pointed } from './selection.ts'
import { decodeText, pictureType } from './text.ts'

const entry = (name: string, more: Partial<FileEntry> = {}): FileEntry => ({
  name,
  kind: 'file',
  sizeBytes: 1,
  mode: 0o644,
  modifiedMs: 0,
  ...more,
})
const plain = { range: false, add: false }

test('a typed path is read from where one is, and from the home folder after a tilde', () => {
  assert.equal(typedPath('/etc/../srv/', '/home'), '/srv')
  assert.equal(typedPath('a/b', '/data'), '/data/a/b')
  assert.equal(typedPath('..', '/home/dev'), '/home')
  assert.equal(typedPath('../../../..', '/home/dev'), '/')
  assert.equal(typedPath('~', '/home'), undefined)
  assert.equal(typedPath('~/notes', '/'), 'notes')
})

test('paths are taken apart and put together', () => {
  assert.deepEqual(
    crumbsOf('/a/b').map(({ path }) => path),
    ['/', '/a', '/a/b'],
  )
  assert.deepEqual([joinPath('/', 'a'), joinPath('/a', 'b')], ['/a', '/a/b'])
  assert.deepEqual([parentOf('/a'), parentOf('/a/b'), parentOf('/')], ['/', '/a', '/'])
  assert.deepEqual([nameOf('/a/b'), nameOf('/')], ['b', '/'])
})

test('a name shows what cannot be read, and a second of a name gets a number', () => {
  assert.equal(shownName('a\nb\uefff🪿'), 'a\\x0ab\\xff🪿')
  const taken = new Set(['a.txt', 'a (2).txt'])
  assert.equal(
    freshName('a.txt', (name) => taken.has(name)),
    'a (3).txt',
  )
  assert.equal(
    freshName('.bashrc', () => false),
    '.bashrc (2)',
  )
  assert.equal(modeText(entry('x', { kind: 'folder', mode: 0o751 })), 'drwxr-x--x')
})

test('folders come first, numbers count, and hidden files only when they are asked for', () => {
  const files = [
    entry('b10'),
    entry('b9'),
    entry('.z'),
    entry('z', { kind: 'folder' }),
    entry('big', { sizeBytes: 9 }),
  ]
  const names = (shown: Partial<Parameters<typeof arranged>[1]>) =>
    arranged(files, { order: defaultOrder, filter: '', hidden: false, ...shown }).map(
      ({ name }) => name,
    )
  assert.deepEqual(names({}), ['z', 'b9', 'b10', 'big'])
  assert.deepEqual(names({ hidden: true }), ['z', '.z', 'b9', 'b10', 'big'])
  assert.deepEqual(names({ filter: '.Z' }), ['.z'])
  assert.deepEqual(names({ order: clicked(defaultOrder, 'size') }), ['z', 'big', 'b9', 'b10'])
})

test('keys and clicks select as in every file list', () => {
  const names = ['a', 'b', 'c', 'd']
  const first = moved(noSelection, names, 1, plain)
  assert.deepEqual(first, only('a'))
  const three = moved(first, names, 2, { range: true, add: false })
  assert.deepEqual([...three.chosen], ['a', 'b', 'c'])
  assert.deepEqual([...pointed(three, names, 'b', { range: false, add: true }).chosen], ['a', 'c'])
  assert.deepEqual([...moved(three, names, 9, plain).chosen], ['d'])
  assert.equal(all(noSelection, names).chosen.size, 4)
  const left = kept(three, ['b', 'd'])
  assert.deepEqual([[...left.chosen], left.cursor, left.anchor], [['b'], undefined, undefined])
  assert.deepEqual(moved(noSelection, [], 1, plain), noSelection)
})

test('typing finds the next name that begins so', () => {
  const names = ['apple', 'banana', 'blue', 'cat']
  assert.equal(found(noSelection, names, 'b'), 'banana')
  assert.equal(found(only('banana'), names, 'b'), 'blue')
  assert.equal(found(only('blue'), names, 'bb'), 'banana')
  assert.equal(found(only('banana'), names, 'bl'), 'blue')
  assert.equal(found(noSelection, names, 'x'), undefined)
})

test('text keeps its line ends, and what is no text is told', () => {
  const bytes = (text: string) => new TextEncoder().encode(text)
  assert.deepEqual(decodeText(bytes('a\r\nb\r\n')), { text: 'a\r\nb\r\n', lineEnd: '\r\n' })
  assert.equal(decodeText(bytes('a\r\nb\n'))?.lineEnd, '\n')
  assert.equal(decodeText(bytes('\ufeffa'))?.text, '\ufeffa')
  assert.equal(decodeText(new Uint8Array([0xff])), undefined)
  assert.equal(decodeText(bytes('a\0')), undefined)
  assert.deepEqual([pictureType('a.PNG'), pictureType('a.svg')], ['image/png', undefined])
})

test('two texts are compared line by line', () => {
  const lines = compareLines('a\nb\nc\nd', 'a\nB\nc\nd\ne')
  assert.deepEqual(
    lines?.map(({ side, text }) => `${side[0]}${text}`),
    ['ba', 'mb', 'tB', 'bc', 'bd', 'te'],
  )
  const long = Array.from({ length: 3000 }, (_, i) => `${i}`)
  assert.equal(compareLines(long.join('\n'), long.map((line) => `${line}x`).join('\n')), undefined)
})
