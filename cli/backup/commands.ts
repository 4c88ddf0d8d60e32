// The commands that copy a server’s state out and in. Each is a file of its own, imported when it is used.

import type { Command } from 'commander'
import type { VolumeWishes } from '../volume/export.ts'
import type { BackupWishes } from './backup.ts'

export function addBackupCommands(program: Command, done: (status: number) => void): void {
  const add = (parent: Command, usage: string, description: string) =>
    parent
      .command(usage)
      .description(description)
      .option('--data <folder>', 'the server’s data folder; by default as for skein server')
      .option('--store <address>', 'where the records are; by default as for skein server')
      .option('--config <file>', 'a YAML file of settings')
      .option('--json', 'print JSON')
  const withKey = (command: Command) =>
    command.option('--key-file <file>', 'encrypt with this key [SKEIN_BACKUP_KEY_FILE]')

  withKey(
    add(program, 'backup [file]', 'write all records and keys into one file; the server may run'),
  )
    .option('--force', 'replace a file of that name')
    .action(async (file: string | undefined, wishes: BackupWishes) =>
      done(await (await import('./backup.ts')).backup(file, wishes)),
    )
  withKey(add(program, 'restore <file>', 'make a data folder out of a backup'))
    .option('--force', 'move what is in the folder aside')
    .action(async (file: string, wishes: BackupWishes) =>
      done(await (await import('./restore.ts')).restore(file, wishes)),
    )

  const volume = program.command('volume').description('copy the volumes of spaces out and in')
  const withVolume = (command: Command) =>
    command.option('--volume <name>', 'another volume of the template than its home')
  withVolume(add(volume, 'export <space> [file]', 'write a space’s home volume into a file'))
    .option('--force', 'replace a file of that name')
    .action(async (space: string, file: string | undefined, wishes: VolumeWishes) =>
      done(await (await import('../volume/export.ts')).volumeExport(space, file, wishes)),
    )
  withVolume(add(volume, 'import <space> <file>', 'unpack a file into a space’s home volume'))
    .option('--stop', 'stop the space first, if it runs')
    .action(async (space: string, file: string, wishes: VolumeWishes) =>
      done(await (await import('../volume/import.ts')).volumeImport(space, file, wishes)),
    )
}
