// The container's /etc/passwd, read by hand: os.userInfo() throws when the uid has no entry, and in images made of one
// file there is no such file at all.

import { readFileSync } from 'node:fs'

export interface Account {
  readonly name: string
  readonly home: string
  readonly shell: string
}

/** An image may hold any file there; more than this is not an account list (bytes). */
const MAX_PASSWD_BYTES = 1024 * 1024

/** The entry of a uid in passwd(5) text, if there is one. */
export function findAccount(passwd: string, uid: number): Account | undefined {
  for (const line of passwd.split('\n')) {
    const [name, , id, , , home, shell] = line.split(':')
    if (name && id === String(uid)) return { name, home: home || '/', shell: shell?.trim() ?? '' }
  }
  return undefined
}

/** The account that this process runs as; undefined where the image does not name it. */
export function ownAccount(): Account | undefined {
  try {
    const text = readFileSync('/etc/passwd', 'utf8')
    if (text.length > MAX_PASSWD_BYTES) return undefined
    return findAccount(text, process.getuid?.() ?? -1)
  } catch {
    return undefined
  }
}
