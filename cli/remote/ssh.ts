// `skein ssh SPACE [arguments of ssh]`: the machine's own ssh, told how to reach the space.

import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { SkeinError } from '#protocol/errors.ts'
import { findRunning } from './find-space.ts'
import { skeinCommand } from './invocation.ts'
import type { Remote } from './remote.ts'
import { hostOf, sshOptions } from './ssh-host.ts'

const SIGNAL_STATUS = 128

/** Resolves to ssh's exit status, which is the remote command's. */
export async function ssh(remote: Remote, name: string, words: readonly string[]): Promise<number> {
  const space = await findRunning(remote, name)
  const host = hostOf(space.name)
  const command = await skeinCommand(remote.access.origin)
  // By id, so that a space of the same name is not reached instead; the host's name is for people.
  const options = sshOptions(command, space.id).flatMap(([key, value]) => ['-o', `${key}=${value}`])
  // Options of ssh's own stand before the host, the command after it.
  const { before, after } = splitArguments(words)
  const child = spawn('ssh', [...options, ...before, '--', host, ...after], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => child.kill(signal))
  return new Promise((resolve, reject) => {
    child.once('error', (cause) =>
      reject(new SkeinError('program_missing', { program: 'ssh' }, cause)),
    )
    child.once('exit', (status, signal) => {
      resolve(status ?? SIGNAL_STATUS + (signal ? constants.signals[signal] : 0))
    })
  })
}

/** Options of ssh(1) that take a word of their own. */
const TAKES_WORD = new Set('BbcDEeFIiJLlmOopPQRSWw'.split(''))

/** What stands before the first word that is neither an option nor an option's value goes before the host. */
export function splitArguments(words: readonly string[]): {
  readonly before: readonly string[]
  readonly after: readonly string[]
} {
  let at = 0
  while (at < words.length) {
    const word = words[at] ?? ''
    if (word === '--') return { before: words.slice(0, at), after: words.slice(at + 1) }
    if (!/^-\w/.test(word)) break
    at += wordsOf(word)
  }
  return { before: words.slice(0, at), after: words.slice(at) }
}

/** `-vp 22` and `-vL8080:…` alike: the first letter that takes a word ends the letters. */
function wordsOf(option: string): number {
  const letters = option.slice(1)
  const taking = [...letters].findIndex((letter) => TAKES_WORD.has(letter))
  return taking === letters.length - 1 ? 2 : 1
}
