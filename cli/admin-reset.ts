// `skein admin reset NAME`: a new password for someone who has none, by whoever has the machine.

import { loadConfig } from '../server/config/load.ts'
import { askPeer } from '../server/peer/control.ts'
import { print } from './output.ts'

export async function adminReset(
  name: string,
  words: readonly string[],
  asJson: boolean,
): Promise<number> {
  const { data } = loadConfig({ words }).config
  const answer = await askPeer(data, { ask: 'reset-password', name })
  print(asJson, answer, () => {
    return `${answer.username} may now sign in with: ${answer.password}\nAll of ${answer.username}’s sessions have ended, and no second factor is asked for any more. Change the password after signing in.`
  })
  return 0
}
