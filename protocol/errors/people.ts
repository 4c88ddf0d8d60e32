// Failures of rights, quotas and second factors. See errors.ts.

import { row } from './row.ts'

export const peopleErrors = {
  token_scope: row(
    403,
    'This token may not {action} this {thing}: it is for {scopes} only.',
    'Use a token that was made for it, or sign in.',
  ),
  second_factor_needed: row(
    401,
    'A code is needed as well.',
    'Type the six digits that your authenticator shows, or one of your recovery codes.',
  ),
  second_factor_wrong: row(
    401,
    'That code is not valid.',
    'Each code works once; wait for the next one, or use a recovery code.',
  ),
  factor_there: row(
    409,
    'A second factor is set up already.',
    'Remove it first, with your password.',
  ),
  factor_missing: row(409, 'No second factor is set up.', 'Set one up on your account page.'),
  invitation_wrong: row(
    403,
    'This link is not valid.',
    'It may have been used, withdrawn or replaced, or its time is over; ask for a new one.',
  ),
  too_many_invitations: row(
    409,
    'There are {limit} open invitations, which is the limit.',
    'Withdraw those that nobody will use.',
  ),
  not_above: row(
    403,
    'You may not give or take rights that you do not have yourself.',
    'Ask an administrator.',
  ),
  permission_unknown: row(
    400,
    'There is no permission “{name}”.',
    'See docs/people.md for the permissions that there are.',
  ),
  user_disabled: row(409, '{name} is disabled.', 'Enable them first, or choose somebody else.'),
  owner_active: row(
    403,
    'Only its owner can hand over this space.',
    'Administrators can hand over the spaces of people who are disabled.',
  ),
  share_owner: row(409, 'The space is {name}’s own.', 'Share it with somebody else.'),
  quota_spaces: row(
    409,
    'The quota of spaces is used up: {used} of {limit}.',
    'Delete a space, or ask an administrator for more.',
  ),
  quota_running: row(
    409,
    'The quota of running spaces is used up: {used} of {limit}.',
    'Stop a space, or ask an administrator for more.',
  ),
  quota_cpus: row(
    409,
    'The quota of processor cores does not reach: {used} of {limit} are taken.',
    'Stop a space, ask less of this one, or ask an administrator for more.',
  ),
  quota_memory: row(
    409,
    'The quota of memory does not reach: {used} of {limit} are taken.',
    'Stop a space, ask less of this one, or ask an administrator for more.',
  ),
} as const
