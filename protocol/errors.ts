// Every expected failure has a code in this table: what happened in one sentence, the HTTP status it travels
// with, and what the reader can do. `{name}` is replaced from the error's details. docs/errors.md lists them
// all, and the tidy test fails where it does not.

import { appErrors } from './errors/apps.ts'
import { backupErrors } from './errors/backup.ts'
import { configErrors } from './errors/config.ts'
import { laptopErrors } from './errors/laptop.ts'
import { linkErrors } from './errors/link.ts'
import { peopleErrors } from './errors/people.ts'
import { placementErrors } from './errors/placement.ts'
import { type ErrorRow, row } from './errors/row.ts'
import { stateErrors } from './errors/state.ts'
import { templateErrors } from './errors/templates.ts'

export const errorTable = {
  // Anyone
  bad_request: row(
    400,
    'The request is not well formed: {reason}.',
    'Correct the named field and send it again.',
  ),
  not_found: row(404, 'There is no such {thing}.', 'It may have been deleted; reload the list.'),
  method_not_allowed: row(
    405,
    'This address does not take {method}.',
    'See docs/api.md for the methods it takes.',
  ),
  too_large: row(413, 'The {thing} is larger than {limit}.', 'Send less, or split it.'),
  rate_limited: row(429, 'Too many attempts.', 'Wait {seconds} seconds and try again.'),
  internal: row(
    500,
    'Something failed inside Skein.',
    'Give your administrator the request id {requestId}.',
  ),
  timeout: row(
    504,
    '{thing} did not answer within {seconds} seconds.',
    'Try again; if it stays so, look at the peer’s log.',
  ),
  unavailable: row(503, 'This peer is {reason}.', 'Try again in a moment, or use another peer.'),
  conflict: row(
    409,
    'The {thing} was changed by someone else meanwhile.',
    'Reload it and make your change again.',
  ),
  idempotency_reused: row(
    422,
    'This Idempotency-Key was used for another request.',
    'Use a new key for a new request.',
  ),
  // Peers
  last_peer: row(
    409,
    'No other peer could take over from {name}.',
    'Bring another one back first (skein peers undrain NAME), or stop this one at its machine.',
  ),
  peer_ambiguous: row(
    409,
    'Several peers are called “{name}”.',
    'Name it by its id; skein peers --json prints them.',
  ),
  upgrade_stopped: row(
    409,
    'The upgrade stopped at {name}: {reason}.',
    'The peers before it are done, those after it untouched. Look at its log; go back with skein peers upgrade --back, or go on with skein peers upgrade {name}.',
  ),
  version_missing: row(
    409,
    'Version “{version}” cannot be run there: {reason}.',
    'Put it into the folder of --versions on that machine, built, and ask again; see docs/upgrade.md.',
  ),
  // People
  not_signed_in: row(401, 'You are not signed in.', 'Sign in and try again.'),
  bad_credentials: row(
    401,
    'That user name and password do not match.',
    'Check both; an administrator can reset the password.',
  ),
  forbidden: row(403, 'You may not {action} this {thing}.', 'Ask its owner or an administrator.'),
  bad_origin: row(
    403,
    'The request came from another site ({origin}).',
    'Open Skein by one of its own addresses; administrators set --public-url.',
  ),
  bad_host: row(
    421,
    'Skein does not answer to the name “{host}”.',
    'Open it by its address or its public URL; administrators set --public-url.',
  ),
  https_only: row(
    403,
    'This address takes requests over HTTPS only.',
    'Use its https:// address. If a password or a token was in the request, change it: it was sent in clear text.',
  ),
  bad_proxy: row(
    403,
    'What the proxy says of the request ({said}) is not how Skein is served.',
    'Let the proxy pass on the Host as it came, and take HTTPS only; see docs/https.md.',
  ),
  setup_done: row(409, 'This Skein is set up already.', 'Sign in instead.'),
  setup_token_wrong: row(
    403,
    'The set-up link is not valid.',
    'Use the newest link from the server’s log.',
  ),
  setup_needed: row(
    409,
    'This Skein is not set up yet.',
    'Open the set-up link from the server’s log.',
  ),
  name_invalid: row(
    400,
    '“{name}” cannot be a name.',
    'Use lower-case letters, digits and single hyphens; begin and end with a letter or digit.',
  ),
  name_taken: row(409, 'The name “{name}” is taken.', 'Choose another name.'),
  password_weak: row(400, 'The password is too short.', 'Use at least {least} characters.'),
  last_administrator: row(
    409,
    'This is the last administrator.',
    'Make someone else an administrator first.',
  ),
  key_invalid: row(
    400,
    'That is not an SSH public key: {reason}.',
    'Paste the one line of the file that ends in .pub; `ssh-keygen -t ed25519` makes a pair.',
  ),
  key_private: row(
    400,
    'This is the private half of the key, which is yours alone.',
    'Nothing was kept of it. Paste the file that ends in .pub; if anyone may have seen this one, make a new pair.',
  ),
  key_weak: row(
    400,
    'The key is too weak: {reason}.',
    'Make a stronger pair with `ssh-keygen -t ed25519`.',
  ),
  key_unsupported: row(
    400,
    'SSH keys of the type {type} cannot be used here.',
    'Use ssh-ed25519, ecdsa-sha2-nistp256, -384 or -521, or ssh-rsa; `ssh-keygen -t ed25519` makes a pair.',
  ),
  key_taken: row(
    409,
    'This key is registered already.',
    'A key belongs to one person and is registered once; make another pair with `ssh-keygen -t ed25519`.',
  ),
  too_many_keys: row(
    409,
    'You have {limit} SSH keys, which is the limit.',
    'Remove one that you no longer use.',
  ),
  token_wrong: row(
    401,
    'The token is not valid.',
    'It may have been revoked or have expired; make a new one on your account page.',
  ),
  roaming_ticket_wrong: row(
    401,
    'The ticket with which this page goes on at another server is not valid.',
    'It may have expired, or the session has ended; sign in at an address of Skein that answers.',
  ),
  token_forbidden: row(
    403,
    'A token may not {action} this {thing}.',
    'Sign in with your password in a browser and do it there.',
  ),
  too_many_tokens: row(
    409,
    'You have {limit} tokens, which is the limit.',
    'Revoke one that you no longer use.',
  ),
  user_has_spaces: row(
    409,
    'The user owns {count} spaces.',
    'Disable the user and hand those spaces over, or delete them first.',
  ),
  ...peopleErrors,
  // Templates
  ...templateErrors,
  // Spaces
  space_not_running: row(409, 'The space is {state}.', 'Start the space first.'),
  space_busy: row(409, 'The space is {state}.', 'Wait until that has finished.'),
  too_many_spaces: row(
    409,
    'You have {limit} spaces, which is the limit.',
    'Delete a space that you no longer need.',
  ),
  engine_unreachable: row(
    503,
    'The Docker engine does not answer: {reason}.',
    'Start Docker on the host; `skein doctor` says what is wrong.',
  ),
  engine_refused: row(
    502,
    'Docker refused: {reason}.',
    'Mend what Docker names and start the space again.',
  ),
  image_missing: row(
    502,
    'The image {image} could not be had: {reason}.',
    'Check its name, or load it on the host with docker load.',
  ),
  wrong_architecture: row(
    409,
    'The image {image} is for {theirs}, and this host is {ours}.',
    'Choose an image for this architecture.',
  ),
  no_subnet: row(
    409,
    'No free subnet is left in {range}.',
    'Delete spaces, or give a larger range with --spaces-subnets.',
  ),
  agent_not_linked: row(
    503,
    'The space’s agent has no link to any peer that is reached from here.',
    'The space page shows which addresses it tried.',
  ),
  container_exited: row(
    502,
    'The container {service} ended by itself with status {status}.',
    'Its last lines are on the timeline; start the space again.',
  ),
  out_of_memory: row(
    502,
    'The container {service} used more memory than its limit and was ended.',
    'Give it more memory in the template and restart.',
  ),
  container_removed: row(
    502,
    'The container {service} was removed from outside Skein.',
    'Start the space again; its volumes are kept.',
  ),
  startup_failed: row(
    502,
    'The start-up script ended with status {status}.',
    'Its log is on the timeline; mend the template and restart.',
  ),
  ...placementErrors,
  ...linkErrors,
  // In the space
  terminal_gone: row(410, 'The terminal has ended.', 'Open a new one.'),
  too_many_terminals: row(
    409,
    'The space has {limit} terminals, which is the limit.',
    'Close one first.',
  ),
  command_failed: row(
    502,
    'The command could not be started: {reason}.',
    'Check that it exists in the space’s image.',
  ),
  nothing_listens: row(
    502,
    'Nothing listens on port {port} in the space.',
    'Start your program, or choose another port.',
  ),
  listen_failed: row(
    409,
    'The space cannot listen on {where}: {reason}.',
    'Choose another port or path, or end the program that uses it.',
  ),
  port_invalid: row(400, '“{port}” is not a port.', 'Use a whole number from 1 to 65535.'),
  path_forbidden: row(
    403,
    'The path {path} may not be reached.',
    'Choose a path that the space’s user may read.',
  ),
  path_missing: row(404, 'There is no {path} in the space.', 'Check the path.'),
  path_exists: row(409, '{path} exists already.', 'Choose another name, or replace it.'),
  path_is_folder: row(
    409,
    '{path} is a folder.',
    'Choose a file, or take the folder as an archive.',
  ),
  path_not_folder: row(
    409,
    '{path} is not a folder, or leads through something that is none.',
    'Check the path.',
  ),
  path_loops: row(
    409,
    'The links on the way to {path} lead in a circle.',
    'Remove or mend one of them.',
  ),
  path_not_empty: row(409, 'The folder {path} is not empty.', 'Empty it first, or choose another.'),
  path_read_only: row(
    409,
    'The file system that holds {path} is read-only.',
    'Choose a place that can be written, such as the home folder.',
  ),
  path_invalid: row(400, '“{path}” cannot be a path: {reason}.', 'Correct it.'),
  other_disk: row(
    409,
    '{path} lies on another disk than where it should go.',
    'Copy it there in a terminal (cp -a), then delete it here.',
  ),
  disk_full: row(
    507,
    'The disk of the space is full, so {path} could not be written.',
    'Free space on it; what was there before is unchanged.',
  ),
  file_changed: row(
    412,
    '{path} is no longer as you saw it.',
    'Look at what it is now, then decide which to keep.',
  ),
  upload_gap: row(
    409,
    'Of this upload {size} bytes have arrived, so it cannot go on at {offset}.',
    'Go on from there, or begin again.',
  ),
  range_invalid: row(
    416,
    'The file has {size} bytes, none of which were asked for.',
    'Ask for less.',
  ),
  file_failed: row(
    502,
    'The file {path} could not be handled: {reason}.',
    'Mend what the reason names and try again.',
  ),
  archive_refused: row(
    400,
    'The archive was refused at {entry}: {reason}.',
    'Make it again from one folder, without links that lead out of it.',
  ),
  ...appErrors,
  ...stateErrors,
  ...backupErrors,
  ...laptopErrors,
  ...configErrors,
} as const satisfies Record<string, ErrorRow>

export type ErrorCode = keyof typeof errorTable
export type ErrorDetails = Readonly<Record<string, string | number>>

/** What travels: in HTTP bodies as `{ error }`, and in the fin of a stream. */
export interface ErrorBody {
  readonly code: ErrorCode
  readonly message: string
  readonly hint: string
  readonly details: ErrorDetails
}

/** An expected failure. Anything else that is thrown is a bug and becomes `internal`. */
export class SkeinError extends Error {
  override readonly name = 'SkeinError'
  readonly code: ErrorCode
  readonly details: ErrorDetails

  constructor(code: ErrorCode, details: ErrorDetails = {}, cause?: unknown) {
    super(fill(errorTable[code].sentence, details), cause === undefined ? undefined : { cause })
    this.code = code
    this.details = details
  }

  get status(): number {
    return errorTable[this.code].status
  }

  get body(): ErrorBody {
    const hint = fill(errorTable[this.code].hint, this.details)
    return { code: this.code, message: this.message, hint, details: this.details }
  }

  static fromBody(body: ErrorBody): SkeinError {
    // Own codes only: what comes from an agent may be called `toString`.
    return new SkeinError(
      Object.hasOwn(errorTable, body.code) ? body.code : 'internal',
      body.details,
    )
  }
}

/** Whatever was caught, as an error that may be shown; a bug's own text stays in the log. */
export function toSkeinError(caught: unknown, requestId = '-'): SkeinError {
  if (caught instanceof SkeinError) return caught
  return new SkeinError('internal', { requestId }, caught)
}

function fill(text: string, details: ErrorDetails): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(details[name] ?? name))
}
