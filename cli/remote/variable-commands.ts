// The words of `skein var` and `skein secret`.

import type { Command } from 'commander'
import type { CommandMaker } from './commands.ts'
import type { ScopeOptions } from './variables.ts'

export function addVariables(program: Command, make: CommandMaker): void {
  const variables = scoped(
    make.remote<ScopeOptions>(
      program,
      'var',
      'list your variables and secrets, without what is secret',
      ['skein var', 'skein var --global', 'skein var set REGION eu-1'],
      async (remote, _, options) => (await import('./variables.ts')).listVariables(remote, options),
    ),
  )
  scoped(
    make.remote<ScopeOptions>(
      variables,
      'set <name> <value>',
      'set a variable',
      ['skein var set REGION eu-1', 'skein var set REGISTRY ghcr.io --template Node'],
      async (remote, [name = '', value = ''], options) =>
        (await import('./variables.ts')).setVariable(remote, name, value, options),
    ),
  )
  addRemoval(variables, 'var', make)
  const secrets = program.command('secret').description('set and remove secrets')
  scoped(
    make.remote<ScopeOptions>(
      secrets,
      'set <name>',
      'set a secret: typed without being seen, or from standard input, without a line break at its end',
      [
        'skein secret set GITHUB_TOKEN',
        'skein secret set GITHUB_TOKEN < token.txt',
        'pass show db | skein secret set DB --global',
      ],
      async (remote, [name = ''], options) =>
        (await import('./variables.ts')).setSecret(remote, name, options),
    ),
  )
  addRemoval(secrets, 'secret', make)
}

function addRemoval(parent: Command, word: string, make: CommandMaker): void {
  scoped(
    make.remote<ScopeOptions>(
      parent,
      'remove <name>',
      'remove it; spaces that run keep it',
      [`skein ${word} remove TOKEN`, `skein ${word} remove TOKEN --group crew`],
      async (remote, [name = ''], options) =>
        (await import('./variables.ts')).removeVariable(remote, name, options),
    ),
  )
}

const scoped = (command: Command): Command =>
  command
    .option('--global', 'for all spaces of the server')
    .option('--template <template>', 'for spaces of a template')
    .option('--group <group>', 'for spaces of a group’s members')
