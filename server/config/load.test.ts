import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { after, test } from 'node:test'
import { SkeinError } from '#protocol/errors.ts'
import { loadConfig } from './load.ts'

const folder = mkdtempSync(join(tmpdir(), 'skein-config-'))
after(() => rmSync(folder, { recursive: true }))

function yaml(text: string): string {
  const path = join(folder, 'skein.yaml')
  writeFileSync(path, text)
  return path
}

const isRefused = (reason: RegExp) => (error: unknown) =>
  error instanceof SkeinError && error.code === 'config_invalid' && reason.test(error.message)

test('the file that --config or SKEIN_CONFIG names is read, and paths become absolute', () => {
  const path = yaml('name: here\ndata: some/folder\n')
  const { config } = loadConfig({ words: ['--config', path], env: {} })
  assert.equal(config.name, 'here')
  assert.ok(isAbsolute(config.data))
  assert.equal(loadConfig({ words: [], env: { SKEIN_CONFIG: path } }).config.name, 'here')
})

test('an empty file sets nothing', () => {
  assert.equal(loadConfig({ words: ['--config', yaml('')], env: {} }).origins.name, 'default')
})

test('a file that is missing, broken or of another form is refused by name', () => {
  const load = (path: string) => () => loadConfig({ words: ['--config', path], env: {} })
  assert.throws(load(join(folder, 'absent.yaml')), isRefused(/cannot be read/))
  assert.throws(load(yaml('name: [')), isRefused(/line 1/))
  assert.throws(load(yaml('- a\n- b\n')), isRefused(/list of/))
})
