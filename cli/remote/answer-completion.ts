// Prints what may come next, one a line. Whatever fails, a completion must neither print an error nor keep waiting.

import type { Command } from 'commander'
import { chooseServer } from './access.ts'
import { spacesSchema } from './answers.ts'
import { callServer } from './ask.ts'
import { complete, type KnownCommand } from './complete.ts'
import { readConfig } from './config.ts'

/** Longer and the person has typed the name. */
const PATIENCE_MS = 1500

export async function answerCompletion(program: Command, words: readonly string[]): Promise<void> {
  const commands = program.commands.map(known).filter(({ name }) => name !== 'complete')
  const answers = await complete(words, { commands, spaces: () => spaceNames() }).catch(() => [])
  process.stdout.write(answers.map((one) => `${one}\n`).join(''))
}

function known(command: Command): KnownCommand {
  return {
    name: command.name(),
    options: command.options.flatMap(({ long }) => long ?? []),
    commands: command.commands.map(known),
    takes: command.registeredArguments[0]?.name(),
  }
}

async function spaceNames(): Promise<readonly string[]> {
  const { env } = process
  const access = chooseServer(await readConfig(env), { server: undefined, env })
  const wanted = { answer: spacesSchema, patient: false }
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('too late')), PATIENCE_MS)
  })
  try {
    const { spaces } = await Promise.race([callServer(access, 'GET /spaces', wanted), late])
    return spaces.map(({ name }) => name)
  } finally {
    clearTimeout(timer)
  }
}
