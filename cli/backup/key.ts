// Where the key of a backup comes from: a flag, or a variable, so that it stands in no list of processes.

import { type BackupKey, readKeyFile } from '../../server/backup/key.ts'

export async function keyFrom(flag: string | undefined): Promise<BackupKey | undefined> {
  const file = flag ?? process.env.SKEIN_BACKUP_KEY_FILE
  return file === undefined || file === '' ? undefined : await readKeyFile(file)
}
