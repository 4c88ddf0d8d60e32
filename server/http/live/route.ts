// The way in to live updates; live/tabs.ts has the rest.

import { socketRoute } from '../route.ts'

export const liveRoutes = [
  socketRoute('GET /live', {
    action: 'live.watch',
    takesTickets: true,
    isResumed: true,
    handle:
      ({ tabs }, { person, origin }) =>
      (socket) =>
        tabs.add(socket, person, origin),
  }),
]
