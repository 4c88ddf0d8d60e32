// The errors of backups, of what is restored from them, and of volumes that are copied out and in.

import { row } from './row.ts'

export const backupErrors = {
  data_missing: row(
    404,
    'There are no records in {folder}.',
    'Give the server’s own folder with --data; `skein config print` says which it is.',
  ),
  backup_exists: row(409, '{file} exists already.', 'Give another name, or --force to replace it.'),
  backup_failed: row(
    500,
    'The backup was not made: {reason}.',
    'Mend what the reason names; nothing is left of this one, and the server goes on.',
  ),
  backup_unknown: row(
    400,
    '{file} is not a backup that Skein made: {reason}.',
    'Check the name; `skein backup` makes one.',
  ),
  backup_newer: row(
    409,
    'The backup has the format {format}, which this version cannot read.',
    'Use Skein {version}, which made it, or a newer one.',
  ),
  backup_cut: row(
    400,
    'The backup is cut off after {size} bytes.',
    'Copy it again from where it was made, or take an older one.',
  ),
  backup_damaged: row(
    400,
    'The backup is damaged: {reason}.',
    'Copy it again from where it was made, or take an older one. Nothing was changed.',
  ),
  backup_key_missing: row(
    400,
    'The backup is encrypted.',
    'Give the key that it was made with: --key-file FILE, or SKEIN_BACKUP_KEY_FILE.',
  ),
  backup_key_wrong: row(
    403,
    'This is not the key of the backup.',
    'Give the key file that it was made with.',
  ),
  backup_key_invalid: row(
    400,
    'The key file {file} cannot be used: {reason}.',
    'It holds 32 random bytes (head -c 32 /dev/urandom), the same in 64 hexadecimal digits, or a passphrase.',
  ),
  restore_not_empty: row(
    409,
    'The folder {folder} is not empty.',
    'Give an empty one, or --force, which moves what is there aside and deletes nothing.',
  ),
  restore_unfinished: row(
    409,
    'A backup was being restored into this database, and not all of it is there.',
    'Wait until skein restore has ended; if it was cut off, empty the database and restore again.',
  ),
  restore_failed: row(
    500,
    'The backup was not restored: {reason}.',
    'Mend what the reason names and restore again.',
  ),
  volume_missing: row(
    404,
    'The space has no volume {volume}.',
    'Name one with --volume; it has: {volumes}.',
  ),
  volume_in_use: row(
    409,
    'The space is {state}, and its programs may write to the volume.',
    'Stop the space first, or give --stop.',
  ),
  volume_unverified: row(
    502,
    'The volume is not what the archive holds: {reason}.',
    'Import it again; what was imported so far is in the volume.',
  ),
} as const
