// The commands of `skein`. Each is a file of its own, imported when it is used, so that one command does not pay for
// the others' libraries.

import { Command, CommanderError } from 'commander'
import { SkeinError } from '#protocol/errors.ts'
import { exitStatus } from '../server/supervisor/exit.ts'
import { version } from '../server/version.ts'
import { addBackupCommands } from './backup/commands.ts'
import { printError } from './output.ts'
import type { UpgradeFlags } from './peers-send.ts'
import { addRemoteCommands } from './remote/commands.ts'

/** Wrong words on the command line; EX_USAGE of sysexits.h. */
const USAGE_STATUS = 64

/** Runs one command line; resolves to its exit status. */
export async function main(words: readonly string[]): Promise<number> {
  let status = 0
  const asksHelp = words.some((word) => word === '--help' || word === '-h')
  const flags = asksHelp ? (await import('./settings-help.ts')).settingsHelp() : ''
  const program = commands(flags, (result) => {
    status = result
  })
  try {
    await program.parseAsync([...words], { from: 'user' })
    return status
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE_STATUS
    if (!(error instanceof SkeinError)) throw error
    printError(error, words.includes('--json'))
    return exitStatus(error.code)
  }
}

/** The command as it describes itself; `flags` is the help of the settings. */
export function commands(flags: string, done: (status: number) => void): Command {
  const program = new Command('skein')
    .description('A self-hosted, leaderless workspace orchestrator.')
    .version(version, '-V, --version', 'print the version')
    .exitOverride()
  /** A command whose flags are the settings; server/config reads them, and knows the nearest word. */
  const withSettings = (parent: Command, usage: string, description: string): Command =>
    parent
      .command(usage)
      .description(description)
      .option('--json', 'print JSON')
      .allowUnknownOption()
      .allowExcessArguments()
      .addHelpText('after', flags)
  withSettings(program, 'server', 'run the server in the foreground').action(
    async (_, { args }: Command) => done(await (await import('./server.ts')).server(args)),
  )
  withSettings(program, 'doctor', 'check that this machine can run Skein').action(
    async ({ json }: Json, { args }: Command) =>
      done(await (await import('./doctor.ts')).doctor(args, json === true)),
  )
  withSettings(program, 'status', 'say whether the server of a data folder runs').action(
    async ({ json }: Json, { args }: Command) =>
      done((await import('./status.ts')).status(args, json === true)),
  )
  const config = program.command('config').description('look at the configuration')
  withSettings(config, 'print', 'print each setting and where its value came from').action(
    async ({ json }: Json, { args }: Command) =>
      done((await import('./config-print.ts')).configPrint(args, json === true)),
  )
  const cluster = withSettings(program, 'peers', 'list the cluster’s peers, as this one sees them')
  cluster.action(async ({ json }: Json, { args }: Command) =>
    done(await (await import('./peers.ts')).peers(args, json === true)),
  )
  withSettings(
    cluster,
    'token',
    'print the line with which another peer joins (it is secret)',
  ).action(async ({ json }: Json, { args }: Command) =>
    done(await (await import('./peers.ts')).peersToken(args, json === true)),
  )
  addSending(cluster, withSettings, done)
  const audit = program.command('audit').description('look at the audit')
  withSettings(audit, 'verify', 'check that the audit is what was written').action(
    async ({ json }: Json, { args }: Command) =>
      done(await (await import('./audit.ts')).auditVerify(args, json === true)),
  )
  const admin = program.command('admin').description('help people in, with access to the machine')
  withSettings(admin, 'reset <name>', 'give a user a new password, printed once').action(
    async (name: string, { json }: Json, { args }: Command) =>
      done(await (await import('./admin-reset.ts')).adminReset(name, args.slice(1), json === true)),
  )
  addBackupCommands(program, done)
  addRemoteCommands(program, done)
  program
    .command('version')
    .description('print the versions of Skein and Node')
    .option('--json', 'print JSON')
    .action(async ({ json }: Json) =>
      done((await import('./print-version.ts')).printVersion(json === true)),
    )
  return program
}

type WithSettings = (parent: Command, usage: string, description: string) => Command

/** What an administrator wants of peers. */
function addSending(
  cluster: Command,
  withSettings: WithSettings,
  done: (status: number) => void,
): void {
  const away = 'send those who can go on elsewhere away from a peer, and take nobody'
  withSettings(cluster, 'drain [name]', away).action(
    async (_: string, { json }: Json, { args }: Command) =>
      done(await (await import('./peers-send.ts')).drain(args, json === true)),
  )
  withSettings(cluster, 'undrain [name]', 'let a peer serve again').action(
    async (_: string, { json }: Json, { args }: Command) =>
      done(await (await import('./peers-send.ts')).undrain(args, json === true)),
  )
  withSettings(
    cluster,
    'upgrade [name]',
    'start peers anew, one after the other, each drained and waited for',
  )
    .option('--to <version>', 'with this version: a folder in --versions of each machine')
    .option('--back', 'with the version that each ran before')
    .action(async (_: string, flags: UpgradeFlags, { args }: Command) =>
      done(await (await import('./peers-send.ts')).upgrade(args, flags)),
    )
}

interface Json {
  readonly json?: true
}
