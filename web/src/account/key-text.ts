// What can be said of a pasted key before it is sent: above all that a private half stays in the browser. Pure.

import { MAX_KEY_LINE_CHARS } from '#protocol/api/credential-limits.ts'
import { words } from '../words.ts'

const text = words.sshKeys.problem

/** Whether this holds a secret that must not leave this page. */
export const isPrivateKey = (pasted: string): boolean =>
  /PRIVATE KEY-----|PuTTY-User-Key-File|^Private-Lines:/m.test(pasted)

/** The sentence to show, or undefined when it may be sent; the server looks more closely. */
export function keyProblem(pasted: string): string | undefined {
  const line = pasted.trim()
  if (isPrivateKey(line)) return text.private
  if (line === '') return words.checks.required
  if (line.length > MAX_KEY_LINE_CHARS) return text.long
  if (/[\r\n]/.test(line)) return text.lines
  if (!/^(ssh-|ecdsa-|sk-)[\w@.-]+\s+\S+/.test(line)) return text.unlike
  return undefined
}

/** The comment at the end of the line: what the key will be called. */
export const keyComment = (pasted: string): string =>
  /^\S+\s+\S+\s+(.+)$/.exec(pasted.trim())?.[1] ?? ''

const names: Readonly<Record<string, string>> = {
  'ssh-ed25519': 'Ed25519',
  'ssh-rsa': 'RSA',
  'ecdsa-sha2-nistp256': 'ECDSA P-256',
  'ecdsa-sha2-nistp384': 'ECDSA P-384',
  'ecdsa-sha2-nistp521': 'ECDSA P-521',
}

export const algorithmName = (algorithm: string): string => names[algorithm] ?? algorithm
