// What may come next on a command line. Pure, but for the names of spaces, which are asked for when they fit.

export interface Known {
  /** Each command with its own options and, for groups, the commands in it. */
  readonly commands: readonly KnownCommand[]
  readonly spaces: () => Promise<readonly string[]>
}

export interface KnownCommand {
  readonly name: string
  readonly options: readonly string[]
  readonly commands: readonly KnownCommand[]
  /** What its first argument is called; `space` is completed. */
  readonly takes: string | undefined
}

/** The answers that begin with the last of `words`; it may be empty. */
export async function complete(words: readonly string[], known: Known): Promise<readonly string[]> {
  const typed = words.at(-1) ?? ''
  return (await candidates(words.slice(0, -1), typed, known)).filter((one) => one.startsWith(typed))
}

async function candidates(
  before: readonly string[],
  typed: string,
  { commands, spaces }: Known,
): Promise<readonly string[]> {
  const plain = before.filter((word) => !word.startsWith('-'))
  const top = commands.find(({ name }) => name === plain[0])
  if (!top) return plain.length === 0 ? commands.map(({ name }) => name) : []
  const inner = top.commands.find(({ name }) => name === plain[1])
  const command = inner ?? top
  if (typed.startsWith('-')) return [...command.options, '--help']
  if (!inner && top.commands.length > 0 && plain.length === 1)
    return top.commands.map(({ name }) => name)
  const isFirst = plain.length === (inner ? 2 : 1)
  if (command.takes === 'space' && isFirst) return spaces()
  if (command.takes === 'shell' && isFirst) return ['bash', 'zsh', 'fish']
  // Either side of a copy may be in a space.
  if (command.takes === 'from') return (await spaces()).map((name) => `${name}:`)
  return []
}
