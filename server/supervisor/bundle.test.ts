import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { PROGRAM_FOLDER } from '../program-folder.ts'
import { startedFile } from './bundle.ts'

const PEER = 'server/peer/main.ts'
const BUNDLED = 'dist/program/server/peer/main.mjs'
const program = mkdtempSync(join(tmpdir(), 'skein-bundle-'))
after(() => rmSync(program, { recursive: true, force: true }))

function makeBundle(text: string): void {
  for (const folder of ['server/peer', 'dist/program']) {
    mkdirSync(join(program, folder), { recursive: true })
  }
  writeFileSync(join(program, PEER), text)
  const hash = createHash('sha256').update(`${PEER}\0`).update(text).digest('hex')
  writeFileSync(
    join(program, 'dist/program/inputs.json'),
    JSON.stringify({ sources: [PEER], hash }),
  )
}

test('a program that was never bundled runs from its sources', () => {
  assert.equal(startedFile(program, PEER), join(program, PEER))
})

test('the bundle runs as long as its sources are what it was made of', () => {
  makeBundle('one')
  assert.equal(startedFile(program, PEER), join(program, BUNDLED))
  writeFileSync(join(program, PEER), 'two')
  assert.equal(startedFile(program, PEER), join(program, PEER))
  makeBundle('two')
  rmSync(join(program, PEER))
  assert.equal(startedFile(program, PEER), join(program, PEER))
})

test('this very copy is bundled', () => {
  const hint = 'its sources were changed since: npm run build:program'
  assert.equal(startedFile(PROGRAM_FOLDER, PEER), join(PROGRAM_FOLDER, BUNDLED), hint)
})
