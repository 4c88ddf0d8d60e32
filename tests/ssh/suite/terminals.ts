// Terminals: a shell as a person has it, with an editor in it, and a window that changes its size.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Person } from '../../support/ssh/person.ts'
import { aside, type Reach, ssh, sshWith } from './reach.ts'

export function terminals(reach: () => Reach): void {
  test('a shell has a terminal, follows its size, and ends with its status', async () => {
    const person = new Person(ssh(reach()))
    try {
      await person.hears(/[$#] $/)
      person.type('stty size; echo $TERM\n')
      await person.hears(/24 80\r\nxterm-256color/)
      person.resize(101, 31)
      person.type('sleep 0.1; stty size\n')
      await person.hears(/31 101/)
      person.type('exit 3\n')
      assert.equal(await person.ends(), 3)
    } finally {
      person.close()
    }
  })

  test('vim draws, follows the window, and saves what was typed', async () => {
    const person = new Person(sshWith(reach(), ['-t'], 'vim -u NONE /tmp/letter'))
    try {
      await person.hears(/~/)
      person.type('idear reader\x1b')
      await person.hears(/dear reader/)
      person.resize(120, 40)
      // A small vim has no `:echo`. It is asked again until the new size has come, which takes a way of its own; Escape
      // first, because vim takes no new size while it waits for a key.
      await person.asksUntil('\x1b:set columns? lines?\r', /columns=120[\s\S]*lines=40/)
      person.type(':wq\r')
      assert.equal(await person.ends(), 0)
    } finally {
      person.close()
    }
    assert.equal((await aside(reach(), 'cat /tmp/letter')).stdout, 'dear reader\n')
  })

  test('what is interrupted at the terminal ends there', async () => {
    const person = new Person(ssh(reach()))
    try {
      await person.hears(/[$#] $/)
      // One process: between two of its own a shell may miss the signal.
      person.type(`sh -c 'echo be"gan"; exec sleep 1000'\n`)
      await person.hears(/^began/m)
      person.type('\x03')
      await person.hears(/\^C[\s\S]*[$#] $/)
      person.type('echo still-"here"\n')
      await person.hears(/^still-here/m)
      person.type('exit\n')
      await person.ends()
    } finally {
      person.close()
    }
  })
}
