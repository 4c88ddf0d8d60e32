// Whether a line beginning with `skein` that a page shows is one that the command knows: its words, its options, and as
// many arguments as it takes. Asked of the command's own description of itself; nothing runs.

import type { Command } from 'commander'
import { isSwitch, keyOf, settingNames } from '../../../server/config/settings.ts'

/** Undefined where all of it is known. `words` are those behind `skein`. In `prose` words may be missing at the end. */
export function unknownWords(
  program: Command,
  words: readonly string[],
  { prose = false } = {},
): string | undefined {
  let command = program
  let given = 0
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i] ?? ''
    if (word === '--') {
      given += words.length - i - 1
      break
    }
    if (/^-./.test(word)) {
      const value = valueWords(command, word)
      if (value === undefined) return `\`${nameOf(command)}\` has no option ${word}`
      i += value
      continue
    }
    const inner = given === 0 ? command.commands.find((one) => one.name() === word) : undefined
    if (inner) command = inner
    else if (command.commands.length > 0 && command.registeredArguments.length === 0) {
      return `\`${nameOf(command)}\` has no command ${word}`
    } else {
      given += 1
      // What stands behind is for another program.
      if (command.registeredArguments.at(-1)?.variadic) return undefined
    }
  }
  return countFault(command, given, prose)
}

function countFault(command: Command, given: number, prose: boolean): string | undefined {
  const { registeredArguments: wanted } = command
  if (given > wanted.length)
    return `\`${nameOf(command)}\` takes ${wanted.length} words, not ${given}`
  const needed = wanted.filter(({ required }) => required).length
  if (!prose && given < needed) return `\`${nameOf(command)}\` takes ${needed} words, not ${given}`
  return undefined
}

/** How many words behind an option are its value; undefined where there is no such option. */
function valueWords(command: Command, word: string): number | undefined {
  const [flag = ''] = word.split('=')
  if (flag === '--help' || flag === '-h') return 0
  for (let at: Command | null = command; at; at = at.parent) {
    const option = at.options.find(({ long, short }) => long === flag || short === flag)
    if (option) return option.required && !word.includes('=') ? 1 : 0
  }
  if (flag === '--config') return word.includes('=') ? 0 : 1
  const setting = settingNames.find((name) => `--${keyOf(name)}` === flag)
  if (setting === undefined) return undefined
  return word.includes('=') || isSwitch(setting) ? 0 : 1
}

function nameOf(command: Command): string {
  return command.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name()
}
