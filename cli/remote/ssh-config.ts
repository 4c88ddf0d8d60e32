// `skein ssh-config`: one's spaces as hosts of stock ssh (and so of scp, rsync, git and editors).

import { randomBytes } from 'node:crypto'
import { mkdir, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { SkeinError } from '#protocol/errors.ts'
import { print } from '../output.ts'
import { meSchema, spacesSchema } from './answers.ts'
import { skeinCommand } from './invocation.ts'
import type { Remote } from './remote.ts'
import { sshBlock, withBlock } from './ssh-block.ts'
import { HOST_ENDING } from './ssh-host.ts'

export interface SshConfigOptions {
  readonly print?: true
  readonly remove?: true
  readonly file?: string
}

export async function sshConfig(remote: Remote, options: SshConfigOptions): Promise<number> {
  const { origin } = remote.access
  const names = options.remove ? [] : await ownSpaces(remote)
  const block = options.remove ? undefined : sshBlock(await skeinCommand(origin), names)
  if (options.print) {
    process.stdout.write(`${block ?? ''}\n`)
    return 0
  }
  const path = options.file ?? join(process.env.HOME || homedir(), '.ssh', 'config')
  const isChanged = await rewrite(path, (file) => withBlock(file, origin, block))
  const hosts = names.map((name) => `${name}${HOST_ENDING}`)
  print(remote.asJson, { file: path, changed: isChanged, hosts }, () => {
    if (!isChanged) return `${path} is as it should be.`
    if (options.remove) return `${path} has no spaces of ${origin} any more.`
    return `${path} knows ${hosts.join(', ') || 'no spaces yet'}.\nRun this again after making or renaming a space.`
  })
  return 0
}

/** Only one's own can be entered. */
async function ownSpaces(remote: Remote): Promise<string[]> {
  const { user } = await remote.call('GET /me', { answer: meSchema })
  const { spaces } = await remote.call('GET /spaces', { answer: spacesSchema })
  return spaces.filter(({ owner }) => owner.id === user.id).map(({ name }) => name)
}

/** Beside and moved into place, with the mode that it had; a link stays one. Answers whether anything changed. */
async function rewrite(path: string, change: (file: string) => string): Promise<boolean> {
  const real = await realpath(path).catch(() => path)
  const before = await readFile(real, 'utf8').catch(emptyIfMissing)
  const after = change(before)
  if (after === before) return false
  const mode = await stat(real).then(
    (stats) => stats.mode & 0o777,
    () => 0o600,
  )
  const draft = `${real}.${randomBytes(6).toString('hex')}`
  try {
    await mkdir(dirname(real), { recursive: true, mode: 0o700 })
    const file = await open(draft, 'wx', mode)
    try {
      await file.writeFile(after)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(draft, real)
  } catch (cause) {
    await rm(draft, { force: true }).catch(() => undefined)
    throw new SkeinError('ssh_config_refused', { reason: `${path} cannot be written` }, cause)
  }
  return true
}

function emptyIfMissing(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return ''
  throw new SkeinError('ssh_config_refused', { reason: `it cannot be read (${error.code})` }, error)
}
