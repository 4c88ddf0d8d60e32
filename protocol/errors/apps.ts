// The errors of ports and apps in the browser.

import { row } from './row.ts'

export const appErrors = {
  app_address_invalid: row(
    400,
    '“{host}” is no address of an app.',
    'An app’s address is PORT--SPACE--USER.{domain}; the space’s page shows it.',
  ),
  app_unknown: row(
    404,
    'You have no such space, or it has no such app.',
    'The space’s page shows the addresses of its ports and apps.',
  ),
  app_not_shared: row(
    403,
    'This address belongs to {user}, and nothing at it is shared with you.',
    'Ask {user} to share it with you.',
  ),
  app_overloaded: row(
    503,
    'The app has {limit} requests under way and takes no more.',
    'Wait until some of them have ended.',
  ),
  app_answer_invalid: row(
    502,
    'The app’s answer is not valid HTTP: {reason}.',
    'Look at the app’s own log in its terminal.',
  ),
  ticket_invalid: row(
    400,
    'This way in has been used, has expired, or was made for another browser.',
    'Open the app’s address again.',
  ),
} as const
