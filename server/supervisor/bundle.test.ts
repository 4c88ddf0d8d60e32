import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
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

test('so does the command', () => {
  const main = (says: string) => `export const main = async () => console.log('${says}')`
  for (const folder of ['cli', 'dist/program/cli']) {
    mkdirSync(join(program, folder), { recursive: true })
  }
  writeFileSync(join(program, 'package.json'), '{ "type": "module" }')
  copyFileSync(join(PROGRAM_FOLDER, 'cli/bin.js'), join(program, 'cli/bin.js'))
  writeFileSync(join(program, 'cli/main.ts'), main('the source'))
  writeFileSync(join(program, 'dist/program/cli/main.mjs'), main('the bundle'))
  const said = () =>
    execFileSync(process.execPath, [join(program, 'cli/bin.js')])
      .toString()
      .trim()
  assert.equal(said(), 'the source')
  const { size, mtimeMs } = statSync(join(program, 'cli/main.ts'))
  const stamps = JSON.stringify([['cli/main.ts', size, mtimeMs]])
  writeFileSync(join(program, 'dist/program/stamps.json'), stamps)
  assert.equal(said(), 'the bundle')
  writeFileSync(join(program, 'cli/main.ts'), main('the source that was changed'))
  assert.equal(said(), 'the source that was changed')
})

test('this very copy is bundled', () => {
  const hint = 'its sources were changed since: npm run build:program'
  assert.equal(startedFile(PROGRAM_FOLDER, PEER), join(PROGRAM_FOLDER, BUNDLED), hint)
})
