// What can fail on the way into a space: ssh, links and their streams.

import { type ErrorRow, row } from './row.ts'

export const linkErrors = {
  // ssh
  ssh_key_unknown: row(
    401,
    'Nobody has registered the key {fingerprint}; add it to your account at {page}.',
    'Paste the line of its .pub file there and connect again.',
  ),
  ssh_space_unknown: row(
    404,
    'There is no space {name} that you may enter.',
    'Use SPACE for one of yours, OWNER+SPACE for another’s; {page} lists them.',
  ),
  ssh_crowded: row(429, 'Too many ssh connections ({limit}).', 'Close some and try again.'),
  // Links and streams
  link_refused: row(403, 'The link was refused.', 'The key does not fit; restart the space.'),
  link_not_psk: row(
    403,
    'The link is not proved by its key.',
    'Something between the two ends terminates TLS; connect them directly.',
  ),
  link_lost: row(
    503,
    'The connection to the space was lost.',
    'It is made again by itself; try again in a moment.',
  ),
  join_failed: row(
    503,
    'No peer of the join token could be reached: {addresses}.',
    'See that one of them runs and can be reached from here, or take a new token from `skein peers token`.',
  ),
  too_many_streams: row(
    429,
    'There are too many open streams ({limit}).',
    'Close some terminals or transfers.',
  ),
  stream_unsupported: row(
    501,
    'The space’s agent does not know streams of kind {kind}.',
    'Restart the space to get the newest agent.',
  ),
  frame_invalid: row(
    400,
    'A frame was not understood: {reason}.',
    'Reload the page; if it stays so, report it.',
  ),
  // SSH
  ssh_protocol: row(
    400,
    'The SSH client broke the protocol: {reason}.',
    'Use a current SSH client; OpenSSH of the last ten years works.',
  ),
  ssh_key_refused: row(
    401,
    'The SSH key does not open this: {reason}.',
    'Add the public key under SSH keys on your account page, and offer that one.',
  ),
} as const satisfies Record<string, ErrorRow>
