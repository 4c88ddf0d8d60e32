// Where a path of a client leads. Paths are bytes, since a name need not be UTF-8; what is relative begins at home, as
// it does for a login.

import { realpath } from 'node:fs/promises'
import { SftpFailure, Status } from './codec.ts'

/** The kernel's own limit, bytes. */
const MAX_PATH_BYTES = 4096
const SLASH = 0x2f

export class Paths {
  readonly #home: Buffer
  readonly #userName: string | undefined

  constructor(home: string, userName: string | undefined) {
    this.#home = Buffer.from(home)
    this.#userName = userName
  }

  /** The absolute path. Throws `SftpFailure`. */
  locate(path: Buffer): Buffer {
    if (path.includes(0)) throw new SftpFailure(Status.noSuchFile, 'a zero byte in the path')
    if (path.length > MAX_PATH_BYTES) {
      throw new SftpFailure(Status.badMessage, 'the path is too long')
    }
    if (path[0] === SLASH) return path
    return path.length === 0 ? this.#home : join(this.#home, path)
  }

  /** Without links, `.` and `..`; the last part need not exist, as OpenSSH's server has it. */
  async real(path: Buffer): Promise<Buffer> {
    const located = this.locate(path)
    try {
      return await realpath(located, 'buffer')
    } catch (error) {
      const { folder, last } = split(located)
      const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT'
      if (!isMissing || last.length === 0) throw error
      return join(await realpath(folder, 'buffer'), last)
    }
  }

  /** `~` and `~/…`, and the same with the user's own name; anything else is as it is. Throws `SftpFailure`. */
  expand(path: Buffer): Buffer {
    const [head = '', ...rest] = path.toString('latin1').split('/')
    if (!head.startsWith('~')) return path
    const name = Buffer.from(head.slice(1), 'latin1').toString()
    if (name !== '' && name !== this.#userName) {
      throw new SftpFailure(Status.noSuchFile, `there is no user ${name}`)
    }
    return rest.length === 0 ? this.#home : join(this.#home, path.subarray(head.length + 1))
  }
}

export function join(folder: Buffer, name: Buffer): Buffer {
  const slash = folder.at(-1) === SLASH ? '' : '/'
  return Buffer.concat([folder, Buffer.from(slash), name])
}

/** The last part of an absolute path, empty for one that is not a name of its own (`/`, `..`). */
function split(path: Buffer): { folder: Buffer; last: Buffer } {
  let end = path.length
  while (end > 1 && path[end - 1] === SLASH) end--
  const at = path.lastIndexOf(SLASH, end - 1)
  const last = path.subarray(at + 1, end)
  const isName = !last.equals(Buffer.from('..')) && !last.equals(Buffer.from('.'))
  return { folder: path.subarray(0, Math.max(1, at)), last: isName ? last : Buffer.alloc(0) }
}
