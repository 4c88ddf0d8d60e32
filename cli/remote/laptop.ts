// `skein` for laptops: the program that a peer hands out as one file. It runs on Node 20 and newer.

import module from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { Command, CommanderError } from 'commander'
import { version } from '../../server/version.ts'
import { addRemoteCommands } from './commands.ts'
import { RemoteStatus } from './status.ts'

/** Compiled code is kept in the person's own folder, since whoever may write it may as well be the program. */
function keepCompiled(): void {
  const { env } = process
  const folder = join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'skein')
  // Since Node 22.
  if ('enableCompileCache' in module) module.enableCompileCache(folder)
}

async function main(words: readonly string[]): Promise<number> {
  let status: number = RemoteStatus.ok
  const program = new Command('skein')
    .description('Your spaces, from your own machine.')
    .version(version, '-V, --version', 'print the version')
    .exitOverride()
  const done = (result: number): void => {
    status = result
  }
  addRemoteCommands(program, done)
  program
    .command('version')
    .description('print the versions of Skein and Node')
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: true }) =>
      done((await import('../print-version.ts')).printVersion(json === true)),
    )
  try {
    await program.parseAsync([...words], { from: 'user' })
    return status
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return error.exitCode === 0 ? RemoteStatus.ok : RemoteStatus.usage
  }
}

keepCompiled()
// A reader that went away (`skein spaces | head -1`) has had what it wanted.
process.stdout.on('error', () => process.exit(RemoteStatus.ok))
const status = await main(process.argv.slice(2))
// A terminal's input would keep us running; what was written goes out first.
process.stdout.write('', () => process.stderr.write('', () => process.exit(status)))
