// The route under which the API describes itself. It describes all routes, and is one of them: the table comes as a function.

import { openApi } from './openapi.ts'
import { ok } from './reply.ts'
import { openRoute, type Route } from './route.ts'

export const describingRoutes = (routes: () => readonly Route[]) => [
  openRoute('GET /openapi.json', {
    action: 'api.see',
    handle: ({ config }) => ok(openApi(routes(), config.peer.version)),
  }),
]
