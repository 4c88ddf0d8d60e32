// The words of `skein template`.

import type { Command } from 'commander'
import type { CommandMaker } from './commands.ts'
import type { ImportOptions } from './template-exchange.ts'
import type { PlanOptions } from './templates.ts'

const gather = (value: string, earlier: readonly string[]): readonly string[] => [...earlier, value]

export function addTemplates(program: Command, make: CommandMaker): void {
  const templates = make.remote(
    program,
    'template',
    'list the templates',
    ['skein template', 'skein template plan node.yaml', 'skein template export Node > node.json'],
    async (remote) => (await import('./templates.ts')).listTemplates(remote),
  )
  make.remote(
    templates,
    'check <file>',
    'say what is wrong with a template’s text',
    ['skein template check node.yaml', 'skein template check - < node.yaml'],
    async (remote, [file = '']) => (await import('./templates.ts')).checkTemplate(remote, file),
  )
  make
    .remote<PlanOptions>(
      templates,
      'plan <file>',
      'say what saving a template would create, replace and keep, and which spaces it concerns',
      ['skein template plan node.yaml', 'skein template plan node.yaml --param memory=8g'],
      async (remote, [file = ''], options) =>
        (await import('./templates.ts')).planTemplate(remote, file, options),
    )
    .option('--template <template>', 'of which template it is the next version; else by its name')
    .option('--param <name=value>', 'a parameter, any number of times', gather, [])
  make
    .remote<{ readonly note?: string }>(
      templates,
      'save <file>',
      'save a template, or its next version',
      ['skein template save node.yaml --note "Node 24"'],
      async (remote, [file = ''], options) =>
        (await import('./templates.ts')).saveTemplate(remote, file, options),
    )
    .option('--note <note>', 'what is new in it')
  addExchange(templates, make)
}

function addExchange(templates: Command, make: CommandMaker): void {
  make
    .remote<{ readonly yaml?: true }>(
      templates,
      'export <template>',
      'print a template with its newest versions, to be imported elsewhere',
      ['skein template export Node > node.json', 'skein template export Node --yaml > node.yaml'],
      async (remote, [name = ''], options) =>
        (await import('./template-exchange.ts')).exportTemplate(remote, name, options),
    )
    .option('--yaml', 'print the newest text alone')
  make
    .remote<ImportOptions>(
      templates,
      'import <file>',
      'take in an exported template, or make one of a docker-compose.yml and say what could not be carried over',
      [
        'skein template import node.json',
        'skein template import docker-compose.yml --name Shop > shop.yaml',
        'skein template import docker-compose.yml --name Shop --save',
      ],
      async (remote, [file = ''], options) =>
        (await import('./template-exchange.ts')).importTemplate(remote, file, options),
    )
    .option('--name <name>', 'the template’s name, for a Compose file')
    .option('--save', 'save what a Compose file became, when nothing is wrong with it')
}
