// Which numbers a container's `user` stands for. Docker answers that only by running something, so we read the
// image's own files as Docker itself does. Pure; the runtime fetches the files.

export interface UserNumbers {
  readonly uid: number
  readonly gid: number
}

/**
 * `user` is `name`, `uid`, `name:group` or `uid:gid`; empty is root. Undefined when a name is in neither file, which
 * Docker will refuse with a better message than ours at the start.
 */
export function resolveUser(user: string, passwd: string, group: string): UserNumbers | undefined {
  const [name = '', groupName] = user.split(':')
  const row = entries(passwd).find((fields) => fields[0] === name || fields[2] === name)
  const uid = name === '' ? 0 : number(row?.[2] ?? name)
  const gid =
    groupName === undefined
      ? number(row?.[3] ?? '0')
      : number(entries(group).find((fields) => fields[0] === groupName)?.[2] ?? groupName)
  return uid === undefined || gid === undefined ? undefined : { uid, gid }
}

/** Whether the files must be read at all. */
export const isPlainRoot = (user: string): boolean =>
  ['', '0', 'root', '0:0', 'root:root'].includes(user)

const entries = (file: string): string[][] => file.split('\n').map((line) => line.split(':'))

const number = (text: string): number | undefined =>
  /^\d{1,10}$/.test(text) ? Number(text) : undefined
