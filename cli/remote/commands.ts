// The commands that speak with a server from anywhere: the same in the server's own `skein` and in the file for
// laptops. Each is a file of its own, imported when it is used.

import { type Command, Option } from 'commander'
import { SkeinError, toSkeinError } from '#protocol/errors.ts'
import { printError } from '../output.ts'
import type { Remote, RemoteOptions } from './remote.ts'
import type { ShareOptions } from './share.ts'
import { RemoteStatus, remoteStatus } from './status.ts'
import { addTemplates } from './template-commands.ts'
import { addVariables } from './variable-commands.ts'

type Done = (status: number) => void

/** Makes commands that end with a status: their own, or that of the error they were refused with. */
export class CommandMaker {
  readonly #done: Done

  constructor(done: Done) {
    this.#done = done
  }

  /** A command that needs no login. */
  plain<O extends object>(
    parent: Command,
    usage: string,
    description: string,
    examples: readonly string[],
    run: (words: string[], options: O & RemoteOptions, command: Command) => Promise<number>,
  ): Command {
    const command = parent.command(usage).description(description)
    command.option('--json', 'print JSON')
    command.addHelpText('after', ['', 'Examples:', ...examples.map((one) => `  ${one}`)].join('\n'))
    return command.action(async (...given: unknown[]) => {
      const options = given.at(-2) as O & RemoteOptions
      const words = (given.slice(0, -2) as (string | string[] | undefined)[]).flat()
      const run1 = () =>
        run(
          words.filter((word) => word !== undefined),
          options,
          command,
        )
      this.#done(await this.#statusOf(run1, options.json === true))
    })
  }

  /** A command that speaks with the chosen server. */
  remote<O extends object>(
    parent: Command,
    usage: string,
    description: string,
    examples: readonly string[],
    run: (remote: Remote, words: string[], options: O) => Promise<number>,
  ): Command {
    const command = this.plain<O>(parent, usage, description, examples, async (words, options) => {
      const { openRemote } = await import('./remote.ts')
      return run(await openRemote(options), words, options)
    })
    return command.addOption(
      new Option('--server <address>', 'another server than the current one'),
    )
  }

  async #statusOf(run: () => Promise<number>, asJson: boolean): Promise<number> {
    try {
      return await run()
    } catch (caught) {
      if (!(caught instanceof SkeinError) && process.env.SKEIN_DEBUG) throw caught
      const error = toSkeinError(caught)
      printError(error, asJson)
      if (error.code === 'internal') process.stderr.write(`  ${String(caught)}\n`)
      return error.code === 'internal' ? RemoteStatus.failed : remoteStatus(error.code)
    }
  }
}

/** Adds every command for laptops to a program. */
export function addRemoteCommands(program: Command, done: Done): void {
  program.enablePositionalOptions()
  const make = new CommandMaker(done)
  addLogins(program, make)
  addSpaces(program, make)
  addTemplates(program, make)
  addVariables(program, make)
  addWaysIn(program, make)
  addSsh(program, make)
  addCompletion(program, make)
}

function addLogins(program: Command, make: CommandMaker): void {
  interface Login extends RemoteOptions {
    readonly token?: string
    readonly ca?: string
    readonly fingerprint?: string
    readonly browser: boolean
  }
  make
    .plain<Login>(
      program,
      'login <url>',
      'sign this machine in to a server',
      [
        'skein login https://skein.example.com',
        'skein login https://skein.example.com --token - < token.txt',
        'skein login https://box.lan:7534 --ca ca.pem',
      ],
      async ([url = ''], options) => (await import('./login.ts')).login(url, options),
    )
    .option('--token <->', 'read an API token from standard input instead of asking a browser')
    .option('--ca <file>', 'the certificate authority of the server, PEM')
    .option('--fingerprint <sha256>', 'trust the server’s own authority if it is this one')
    .option('--no-browser', 'print the address and open nothing')
  make
    .plain(
      program,
      'logout',
      'revoke this machine’s token and forget it',
      ['skein logout', 'skein logout --server skein.example.com'],
      async (_, options) => (await import('./logout.ts')).logout(options),
    )
    .option('--server <address>', 'another server than the current one')
  make
    .plain<{ readonly all?: true }>(
      program,
      'whoami',
      'say who this machine is signed in as, and where',
      ['skein whoami', 'skein whoami --all'],
      async (_, options) => (await import('./whoami.ts')).whoami(options),
    )
    .option('--server <address>', 'another server than the current one')
    .option('--all', 'list every server that this machine is signed in to')
}

function addSpaces(program: Command, make: CommandMaker): void {
  const spaces = make.remote(
    program,
    'spaces',
    'list your spaces',
    ['skein spaces', 'skein spaces create alpha --template "Debian shell"', 'skein spaces --json'],
    async (remote) => (await import('./spaces.ts')).listSpaces(remote),
  )
  make.remote(
    spaces,
    'show <space>',
    'show one space',
    ['skein spaces show alpha'],
    async (remote, [name = '']) => (await import('./spaces.ts')).showSpace(remote, name),
  )
  interface Create {
    readonly wait: boolean
    readonly template?: string
    readonly param: readonly string[]
  }
  make
    .remote<Create>(
      spaces,
      'create <name>',
      'make a space and start it',
      ['skein spaces create alpha', 'skein spaces create db --template Postgres --param cpu=2'],
      async (remote, [name = ''], options) =>
        (await import('./wishes.ts')).createSpace(remote, name, options),
    )
    .option('--template <template>', 'its name or id; may be left out where there is only one')
    .option('--param <name=value>', 'a parameter of the template, any number of times', gather, [])
    .option('--no-wait', 'do not wait until it runs')
  for (const [verb, what] of [
    ['start', 'start a space'],
    ['stop', 'stop a space; its volumes stay'],
    ['restart', 'restart a space with its template’s newest version'],
    ['delete', 'delete a space and its volumes'],
  ] as const) {
    make
      .remote<{ readonly wait: boolean }>(
        spaces,
        `${verb} <space>`,
        what,
        [`skein spaces ${verb} alpha`, `skein spaces ${verb} alpha --no-wait`],
        async (remote, [name = ''], options) =>
          (await import('./wishes.ts')).wish(remote, verb, name, options),
      )
      .option('--no-wait', 'do not wait until it is done')
  }
  make.remote(
    spaces,
    'schedule <space> [on|off]',
    'tell when a space starts and stops by itself, or switch that on or off for it',
    ['skein spaces schedule alpha', 'skein spaces schedule alpha off'],
    async (remote, [name = '', wish]) =>
      (await import('./schedule.ts')).schedule(remote, name, wish),
  )
  addSharing(spaces, make)
}

function addSharing(spaces: Command, make: CommandMaker): void {
  make
    .remote<ShareOptions>(
      spaces,
      'share <space> <name>',
      'let somebody, or a group, into a space of yours',
      ['skein spaces share alpha bob', 'skein spaces share alpha crew --group --as viewer'],
      async (remote, [space = '', name = ''], options) =>
        (await import('./share.ts')).share(remote, space, name, options),
    )
    .option('--as <level>', 'viewer, user or manager', 'user')
    .option('--group', 'the name is a group’s')
  make
    .remote<ShareOptions>(
      spaces,
      'unshare <space> <name>',
      'let them in no longer; what they have open ends',
      ['skein spaces unshare alpha bob'],
      async (remote, [space = '', name = ''], options) =>
        (await import('./share.ts')).unshare(remote, space, name, options),
    )
    .option('--group', 'the name is a group’s')
}

function addWaysIn(program: Command, make: CommandMaker): void {
  interface Exec {
    readonly cwd?: string
    readonly env: readonly string[]
  }
  make
    .remote<Exec>(
      program,
      'exec <space> [command...]',
      'run a program in a space, with this input, these outputs and its exit status',
      ['skein exec alpha -- make test', 'tar c src | skein exec alpha -- tar x -C /tmp'],
      async (remote, [name = '', ...command], options) =>
        (await import('./exec.ts')).exec(remote, name, command, options),
    )
    .option('--cwd <folder>', 'where to run it')
    .option('--env <name=value>', 'a variable for it, any number of times', gather, [])
    .passThroughOptions()
  make.remote(
    program,
    'cp <from> <to>',
    'copy a file or folder into a space or out of one; NAME:PATH or OWNER+NAME:PATH names what is there',
    [
      'skein cp notes.txt alpha:',
      'skein cp alpha:project ./project',
      'skein cp site alpha:/srv/www',
    ],
    async (remote, [from = '', to = '']) => (await import('./cp.ts')).cp(remote, from, to),
  )
  make
    .remote<{ readonly udp?: true }>(
      program,
      'port <space> <port>',
      'forward a port of a space to this machine, PORT or PORT:LOCAL',
      ['skein port alpha 8080', 'skein port alpha 5432:15432', 'skein port alpha 53:5353 --udp'],
      async (remote, [name = '', port = ''], options) =>
        (await import('./port.ts')).forwardPort(remote, name, port, options),
    )
    .option('--udp', 'datagrams instead of connections')
}

function addSsh(program: Command, make: CommandMaker): void {
  make
    .remote(
      program,
      'ssh <space> [arguments...]',
      'the machine’s own ssh, into a space; goes on when a peer is restarted',
      ['skein ssh alpha', 'skein ssh alpha -L 8080:localhost:80', 'skein ssh alpha uname -a'],
      async (remote, [name = '', ...words]) => (await import('./ssh.ts')).ssh(remote, name, words),
    )
    .allowUnknownOption()
    .passThroughOptions()
  interface SshConfig {
    readonly print?: true
    readonly remove?: true
    readonly file?: string
  }
  make
    .remote<SshConfig>(
      program,
      'ssh-config',
      'write your spaces into ~/.ssh/config, as SPACE.skein',
      ['skein ssh-config', 'skein ssh-config --print', 'skein ssh-config --remove'],
      async (remote, _, options) => (await import('./ssh-config.ts')).sshConfig(remote, options),
    )
    .option('--print', 'print the block and write nothing')
    .option('--remove', 'take the block away')
    .option('--file <path>', 'another file than ~/.ssh/config')
  make.remote(
    program,
    'proxy <space>',
    'carry ssh’s bytes; for ProxyCommand',
    ['ssh -o ProxyCommand="skein proxy alpha" alpha.skein'],
    async (remote, [name = '']) => (await import('./proxy.ts')).proxy(remote, name),
  )
  make.remote(
    program,
    'known-hosts <space>',
    'print the space’s host key; for KnownHostsCommand',
    ['skein known-hosts alpha'],
    async (remote, [name = '']) => (await import('./known-hosts.ts')).knownHosts(remote, name),
  )
}

function addCompletion(program: Command, make: CommandMaker): void {
  make.plain(
    program,
    'completion <shell>',
    'print the completions for bash, zsh or fish',
    [
      'source <(skein completion bash)',
      'skein completion fish > ~/.config/fish/completions/skein.fish',
    ],
    async ([shell = '']) => {
      process.stdout.write((await import('./completion.ts')).completionScript(shell))
      return RemoteStatus.ok
    },
  )
  program
    .command('complete [words...]', { hidden: true })
    .passThroughOptions()
    .allowUnknownOption()
    .action(async (words: string[]) => {
      const { answerCompletion } = await import('./answer-completion.ts')
      await answerCompletion(program, words)
    })
}

const gather = (value: string, earlier: readonly string[]): readonly string[] => [...earlier, value]
