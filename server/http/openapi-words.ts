// What the description of the API and its page say besides what the routes say themselves.

export const openExample = {
  description:
    'The pages use nothing else, so whatever a page can do, a program can. Sign in with a token of the account page: `Authorization: Bearer skein_…`. Requests that change something may carry an `Idempotency-Key`; sent again with the same one, they do nothing twice. Errors are problem documents (RFC 9457).',
  socket: 'A WebSocket.',
  answer: 'The answer.',
  answers: {
    200: 'The answer.',
    201: 'It was made.',
    202: 'It is written down and will be done; follow it.',
    204: 'It was done; there is nothing to say.',
    206: 'The part that was asked for.',
    304: 'It is as it was.',
  } as Readonly<Record<string, string>>,
} as const

export const pageWords = {
  title: 'Skein API',
  json: 'openapi.json',
  takes: 'Takes',
  parameters: 'Parameters',
  who: 'Who',
  socket: 'WebSocket',
  body: 'Body',
  answer: 'Answer',
  shapes: 'Shapes',
} as const
