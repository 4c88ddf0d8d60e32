// The errors of what is kept on disk.

import { row } from './row.ts'

export const stateErrors = {
  store_full: row(
    507,
    'The disk is full, so nothing can be saved.',
    'Free space in the data folder; reading goes on meanwhile.',
  ),
  store_slow: row(
    503,
    'The disk has not answered for {seconds} s, so this is not known to be saved.',
    'Look at the disk of the data folder, then look whether it was saved; reading goes on meanwhile.',
  ),
  store_rolled_back: row(
    503,
    'The data folder was put back to an earlier state, and other servers know what was written since.',
    'Stop this server, and put the folder back with `skein restore`, or join again with an empty one.',
  ),
  store_failed: row(
    503,
    'The change could not be saved: {reason}.',
    'Nothing was changed. Try again.',
  ),
  store_moved: row(
    503,
    'Other servers have written to the database in between, again and again.',
    'Nothing was changed. Try again.',
  ),
  store_unavailable: row(
    503,
    'The database has not answered for {seconds} s ({reason}), so this is not known to be saved.',
    'Look whether the database runs and can be reached, then look whether this was saved; reading goes on meanwhile.',
  ),
  store_denied: row(
    503,
    'The database refuses the name or the password: {reason}.',
    'Check the user and the password of --store, and what that user may do.',
  ),
  store_untrusted: row(
    503,
    "The database's certificate is not accepted: {reason}.",
    'Check the date and the names of the certificate, and name its authority with ca=FILE.',
  ),
  store_not_durable: row(
    503,
    'The database may forget what it has acknowledged: {reason}.',
    'Set appendonly yes and maxmemory-policy noeviction; unsafe-durability=1 in --store starts all the same.',
  ),
  too_many_changes: row(400, 'One transaction may make {limit} changes.', 'Split it.'),
  schema_newer: row(
    409,
    'The data folder was written by a newer Skein (it has the migration {name}).',
    'Start that version or a newer one; going back needs a backup made before the upgrade.',
  ),
  schema_altered: row(
    409,
    'The migration {name} is not the one that made this database.',
    'Use an unaltered Skein of the same or a newer version.',
  ),
} as const
