// Every route there is. The app, the WebSocket door, the matrix test and the check of docs/api.md all read this.

import { auditRoutes } from './audit.ts'
import { loginRoutes } from './cli/login-routes.ts'
import { connectRoutes } from './connect.ts'
import { describingRoutes } from './describing.ts'
import { factorRoutes } from './factors.ts'
import { fileRoutes } from './files.ts'
import { groupRoutes, roleRoutes } from './groups.ts'
import { hostRoutes } from './hosts.ts'
import { invitationRoutes } from './invitations.ts'
import { keyRoutes } from './keys.ts'
import { liveRoutes } from './live/route.ts'
import { meRoutes } from './me.ts'
import { peerRoutes } from './peers.ts'
import type { Route } from './route.ts'
import { sessionRoutes } from './session.ts'
import { setupRoutes } from './setup.ts'
import { sharingRoutes } from './sharing.ts'
import { spaceRoutes } from './spaces.ts'
import { sshRoutes } from './ssh.ts'
import { templatePlanRoutes } from './template-plans.ts'
import { templateRoutes } from './templates.ts'
import { terminalRoutes } from './terminals.ts'
import { tokenRoutes } from './tokens.ts'
import { userRoutes } from './users.ts'
import { registryRoutes, variableRoutes } from './variables.ts'

export const routes: readonly Route[] = [
  ...setupRoutes,
  ...sessionRoutes,
  ...loginRoutes,
  ...meRoutes,
  ...keyRoutes,
  ...tokenRoutes,
  ...factorRoutes,
  ...userRoutes,
  ...invitationRoutes,
  ...groupRoutes,
  ...roleRoutes,
  ...variableRoutes,
  ...registryRoutes,
  // Before those that take an id: `schema` is none.
  ...templatePlanRoutes,
  ...templateRoutes,
  ...spaceRoutes,
  ...sharingRoutes,
  ...terminalRoutes,
  ...sshRoutes,
  ...connectRoutes,
  ...fileRoutes,
  ...hostRoutes,
  ...peerRoutes,
  ...auditRoutes,
  ...liveRoutes,
  ...describingRoutes(() => routes),
]
