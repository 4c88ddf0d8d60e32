// The first run: whether it is needed, and the first administrator with the templates to begin with.

import { toSkeinError } from '#protocol/errors.ts'
import type { Actor } from '#protocol/link.ts'
import { showMe } from './me.ts'
import type { Door } from './ports.ts'
import { created, ok } from './reply.ts'
import { openRoute } from './route.ts'

export const setupRoutes = [
  openRoute('GET /setup', {
    action: 'setup.see',
    handle: ({ identity }) => ok({ needed: identity.setup.needed }),
  }),
  openRoute('POST /setup', {
    action: 'setup.finish',
    async handle(door, call) {
      const userId = await door.identity.setup.finish(call.body, call.address)
      const { token, credential } = await door.identity.sessions.start(userId, call)
      const actor = { kind: 'user', id: userId, name: call.body.username } as const
      await makeStarters(door, actor, call.body.starters)
      return { ...created(showMe(door, credential)), cookie: call.setCookie(token) }
    },
  }),
]

/** A starter that cannot be made does not undo the set-up: it is one click on the templates page later. */
async function makeStarters(door: Door, actor: Actor, keys: readonly string[]): Promise<void> {
  for (const { key, source } of door.templates.starters) {
    if (!keys.includes(key)) continue
    try {
      await door.templates.save(actor, { source, note: 'Made at set-up' })
    } catch (caught) {
      door.log.warn({ starter: key, code: toSkeinError(caught).code }, 'starter template not made')
    }
  }
}
