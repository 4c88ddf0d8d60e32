// The whole list of stock ssh by `skein proxy`. In the midst of the many commands and of a tree that rsync takes there the
// peer is killed and started again.

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { after, before } from 'node:test'
import { HOST } from '../ssh/suite/reach.ts'
import { sshSuite } from '../ssh/suite.ts'
import type { Skein } from '../support/skein.ts'
import { Desk } from './desk.ts'
import type { Laptop } from './laptop.ts'

let skein: Skein
let laptop: Laptop
let desk: Desk

before(async () => {
  desk = await Desk.open({ image: 'skein/base:1', space: 'site' })
  ;({ skein, laptop } = desk)
  const { stdout } = await laptop.skein(['ssh-config', '--print'])
  // The list’s own name for the space; ssh would look for the key under it.
  const block = stdout
    .toString()
    .replace('Host site.skein', `Host ${HOST}\n  HostKeyAlias site.skein`)
  // The programs of the list have another home folder than the laptop.
  const env = `SetEnv LC_ALL=C.UTF-8\n`
  const named = block
    .replaceAll('%n', 'site')
    .replace('ProxyCommand ', `ProxyCommand env HOME=${laptop.home} `)
  const known = `${laptop.home}/known-hosts`
  const command = /KnownHostsCommand (.*)/.exec(named)?.[1] ?? ''
  writeFileSync(known, `#!/bin/sh\nHOME=${laptop.home} exec ${command}\n`, { mode: 0o755 })
  const config = named.replace(/KnownHostsCommand .*/, `KnownHostsCommand ${known}`)
  writeFileSync(`${laptop.home}/ssh-config`, env + config)
  // A key for its agent to show; nobody signs in with it.
  const key = ['-q', '-t', 'ed25519', '-N', '', '-f', laptop.path('id_ed25519')]
  assert.equal((await laptop.run('ssh-keygen', key)).status, 0)
})
after(() => desk?.close())

sshSuite('skein proxy', () => ({
  config: `${laptop.home}/ssh-config`,
  disturb: () => skein.killPeer(),
}))
