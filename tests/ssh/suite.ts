// What stock OpenSSH and the programs that stand on it do in a space, whichever way they come in: by the gateway, or
// by a ProxyCommand. Each way runs the whole list.

import { after, describe } from 'node:test'
import { commands } from './suite/commands.ts'
import { files } from './suite/files.ts'
import { forwards } from './suite/forwards.ts'
import { endAside, type Reach } from './suite/reach.ts'
import { terminals } from './suite/terminals.ts'

export type { Reach } from './suite/reach.ts'

/** `reach` is asked when a test begins. The space runs the image `skein/base:1`. */
export function sshSuite(way: string, reach: () => Reach): void {
  describe(`ssh by ${way}`, () => {
    after(() => endAside(reach()))
    commands(reach)
    terminals(reach)
    files(reach)
    forwards(reach)
  })
}
