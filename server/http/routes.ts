// Every route there is. The app, the WebSocket door, the matrix test and the check of docs/api.md all read this.

import { auditRoutes } from './audit.ts'
import { hostRoutes } from './hosts.ts'
import { keyRoutes } from './keys.ts'
import { liveRoutes } from './live/route.ts'
import { meRoutes } from './me.ts'
import type { Route } from './route.ts'
import { sessionRoutes } from './session.ts'
import { setupRoutes } from './setup.ts'
import { sharingRoutes } from './sharing.ts'
import { spaceRoutes } from './spaces.ts'
import { templateRoutes } from './templates.ts'
import { terminalRoutes } from './terminals.ts'
import { tokenRoutes } from './tokens.ts'
import { userRoutes } from './users.ts'

export const routes: readonly Route[] = [
  ...setupRoutes,
  ...sessionRoutes,
  ...meRoutes,
  ...keyRoutes,
  ...tokenRoutes,
  ...userRoutes,
  ...templateRoutes,
  ...spaceRoutes,
  ...sharingRoutes,
  ...terminalRoutes,
  ...hostRoutes,
  ...auditRoutes,
  ...liveRoutes,
]
