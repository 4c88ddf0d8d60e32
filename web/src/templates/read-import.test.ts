import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readImport } from './read-import.ts'

test('a file is known by what is in it, whatever it is called', () => {
  const bundle = { format: 'skein-template', name: 'a', exportedAt: '', versions: [] }
  assert.equal(readImport(JSON.stringify(bundle)).kind, 'bundle')
  assert.equal(readImport('name: a\nmain: x\nservices: {}').kind, 'template')
  assert.equal(readImport('services:\n  main:\n    image: x\n').kind, 'compose')
  assert.equal(readImport('{"services": {}}').kind, 'compose')
  assert.equal(readImport('').kind, 'compose')
})
