import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { sshBlock, withBlock } from './ssh-block.ts'
import { hostOf, plainWord, sshOptions } from './ssh-host.ts'

const server = 'https://skein.example.com:7534'
const command = { words: ['/usr/bin/node', '/opt/skein/skein.mjs'], server }
const block = sshBlock(command, ['beta', 'alpha'])

test('the block is the same whichever way it is written again, and leaves every other line as it was', () => {
  const lines = fc.array(fc.stringMatching(/^[ -~]{0,30}$/), { maxLength: 20 })
  fc.assert(
    fc.property(lines, fc.boolean(), (before, endsLine) => {
      const file = before.join('\n') + (endsLine ? '\n' : '')
      const once = withBlock(file, server, block)
      assert.equal(withBlock(once, server, block), once)
      const other = sshBlock(command, ['gamma'])
      assert.equal(withBlock(withBlock(once, server, other), server, block), once)
      assert.ok(once.startsWith(file))
    }),
  )
})

test('taking the block away gives the file back', () => {
  for (const file of ['', 'Host x\n  User y\n', '\n\n', 'Host x\n\n# a\n']) {
    const without = withBlock(withBlock(file, server, block), server, undefined)
    assert.equal(without.trimEnd(), file.trimEnd())
  }
  assert.equal(withBlock('Host x\n', server, undefined), 'Host x\n')
})

test('what stands around the block stays where it is, and two servers have a block each', () => {
  const file = `${withBlock('Host a\n  Port 1\n', server, block)}Host z\n  Port 2\n`
  const next = withBlock(file, server, sshBlock(command, []))
  assert.ok(next.startsWith('Host a\n  Port 1\n') && next.endsWith('Host z\n  Port 2\n'))
  const both = withBlock(
    next,
    'http://localhost:7534',
    sshBlock({ ...command, server: 'http://localhost:7534' }, ['alpha']),
  )
  assert.match(both, /skein https:.*\n[\s\S]*skein http:/)
})

test('half a block is refused and not mended by guessing', () => {
  const whole = withBlock('', server, block)
  const lines = whole.split('\n')
  for (const broken of [
    lines.slice(1),
    lines.slice(0, -2),
    [...lines, ...lines],
    lines.toReversed(),
  ]) {
    assert.throws(() => withBlock(broken.join('\n'), server, block), { code: 'ssh_config_refused' })
  }
})

/** Names, servers and paths that would be more than themselves in ssh's configuration or in a shell. */
const HOSTILE = [
  'a\nProxyCommand id',
  'a\r\nHost *',
  'a%h',
  '%n',
  'a"b',
  "a'b",
  'a b',
  'a;id',
  '$(id)',
  '`id`',
  'a|b',
  '-oProxyCommand=id',
  'a*',
  '!a',
  'a,b',
  '',
  'A',
  'a--b',
  'a\0b',
  'ａ',
  '../a',
]

test('no name of a hostile server gets into the file', () => {
  for (const name of HOSTILE) {
    assert.throws(() => sshBlock(command, ['alpha', name]), { code: 'name_invalid' }, name)
    assert.throws(() => hostOf(name), { code: 'name_invalid' }, name)
  }
})

test('no path or address that means more than itself gets into the file', () => {
  for (const word of [
    'a\nb',
    'a%h',
    'a"b',
    "a'b",
    'a b',
    'a;b',
    '$HOME',
    '`id`',
    '-x',
    'a\\b',
    '',
  ]) {
    assert.throws(() => plainWord(word), { code: 'ssh_config_refused' }, word)
    assert.throws(() => sshBlock({ ...command, words: [word] }, ['a']), {
      code: 'ssh_config_refused',
    })
  }
  for (const bad of ["https://x'y", 'https://x\ny', 'https://%h', 'https://x y', 'ftp://x', 'x']) {
    assert.throws(() => sshBlock({ ...command, server: bad }, ['a']), {
      code: 'ssh_config_refused',
    })
  }
  assert.ok(
    sshOptions({ ...command, server: 'https://[::1]:7534' }, '%n')[0]?.[1].includes(
      "'https://[::1]:7534'",
    ),
  )
})

test('stock ssh reads the block as it was meant', () => {
  const folder = mkdtempSync(join(tmpdir(), 'skein-ssh-'))
  try {
    const config = join(folder, 'config')
    const many = Array.from({ length: 45 }, (_, i) => `space${i}`)
    writeFileSync(config, withBlock('Host other\n  User bob\n', server, sshBlock(command, many)))
    const ask = (host: string) =>
      execFileSync('ssh', ['-F', config, '-G', host], { encoding: 'utf8', timeout: 10_000 })
    for (const host of ['space0.skein', 'space44.skein']) {
      assert.match(
        ask(host),
        /^proxycommand \/usr\/bin\/node \/opt\/skein\/skein\.mjs proxy --server \S+ %n$/m,
      )
      assert.match(ask(host), /^stricthostkeychecking (yes|true)$/m)
    }
    for (const host of ['other', 'space45.skein', 'x.space0.skein']) {
      assert.doesNotMatch(ask(host), /proxycommand/)
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
})
