import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dropDraft, keepDraft, readDraft } from './drafts.ts'

class Shelf {
  readonly kept = new Map<string, string>()
  get length() {
    return this.kept.size
  }
  key = (at: number) => [...this.kept.keys()][at] ?? null
  getItem = (name: string) => this.kept.get(name) ?? null
  setItem = (name: string, value: string) => void this.kept.set(name, value)
  removeItem = (name: string) => void this.kept.delete(name)
}

test('a draft comes back to who wrote it and to nobody else, until it is dropped', () => {
  const shelf = new Shelf()
  const draft = { source: 'name: a', base: 'v1', atMs: 7 }
  keepDraft('ada', 't', draft, shelf)
  assert.deepEqual(readDraft('ada', 't', shelf), draft)
  assert.equal(readDraft('mel', 't', shelf), undefined)
  dropDraft('ada', 't', shelf)
  assert.equal(readDraft('ada', 't', shelf), undefined)
})

test('of many drafts the oldest make room, and what others keep stays', () => {
  const shelf = new Shelf()
  shelf.setItem('theme', 'dark')
  for (let i = 0; i < 30; i++) keepDraft('ada', `t${i}`, { source: '', base: '', atMs: i }, shelf)
  assert.equal(shelf.length, 21)
  assert.equal(readDraft('ada', 't0', shelf), undefined)
  assert.ok(readDraft('ada', 't29', shelf))
  assert.equal(shelf.getItem('theme'), 'dark')
})

test('what is no draft is none', () => {
  const shelf = new Shelf()
  shelf.setItem('skein.draft.ada.t', '{"source":1}')
  assert.equal(readDraft('ada', 't', shelf), undefined)
  shelf.setItem('skein.draft.ada.t', 'broken')
  assert.equal(readDraft('ada', 't', shelf), undefined)
})
