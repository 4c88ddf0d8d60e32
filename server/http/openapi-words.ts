// What the description of the API and its page say besides what the routes say themselves.

export const openExample = {
  description:
    'The pages use nothing else, so whatever a page can do, a program can. Sign in with a token of the account page: `Authorization: Bearer skein_…`. Requests that change something may carry an `Idempotency-Key`; sent again with the same one, they do nothing twice. Errors are problem documents (RFC 9457).',
} as const

export const pageWords = {
  title: 'Skein API',
  json: 'openapi.json',
  takes: 'Takes',
  parameters: 'Parameters',
  who: 'Who',
  socket: 'WebSocket',
  body: 'Body',
} as const
