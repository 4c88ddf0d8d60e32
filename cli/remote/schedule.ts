// `skein spaces schedule`: when a space starts and stops by itself, and whether it does.

import { SkeinError } from '#protocol/errors.ts'
import { print } from '../output.ts'
import { type RemoteSpace, spaceSchema } from './answers.ts'
import { findSpace } from './find-space.ts'
import type { Remote } from './remote.ts'

/** `wish` is `on`, `off`, or absent to be told. Rejects with `bad_request`, and `not_found` where there is none. */
export async function schedule(
  remote: Remote,
  name: string,
  wish: string | undefined,
): Promise<number> {
  if (wish !== undefined && wish !== 'on' && wish !== 'off') {
    throw new SkeinError('bad_request', { reason: 'a schedule is switched on or off' })
  }
  const found = await findSpace(remote, name)
  const space = wish === undefined ? found : await put(remote, found, wish === 'on')
  if (!space.schedule) throw new SkeinError('not_found', { thing: 'schedule' })
  print(remote.asJson, space.schedule, () => told(space))
  return 0
}

const put = (remote: Remote, { id }: RemoteSpace, isOn: boolean): Promise<RemoteSpace> =>
  remote.call('PATCH /spaces/:id', {
    params: { id },
    body: { schedule: isOn },
    answer: spaceSchema,
  })

function told({ name, schedule }: RemoteSpace): string {
  if (!schedule) return ''
  const { start, stop, zone, isOn, next } = schedule
  const times = [
    ...(start.length > 0 ? [`starts ${start.join(', ')}`] : []),
    ...(stop.length > 0 ? [`stops ${stop.join(', ')}`] : []),
  ].join('; ')
  const state = !isOn
    ? 'Switched off for this space.'
    : next
      ? `${next.do === 'start' ? 'Starts' : 'Stops'} next at ${next.at}.`
      : 'Nothing to do now.'
  return `${name} ${times} (${zone}).\n${state}`
}
