// Names people choose. They become parts of host names (<port>--<space>--<user>), container names and ssh
// user names, so they are DNS labels without a double hyphen; 5 + 2 + 32 + 2 + 20 stays below a label's 63.

export const MAX_USER_NAME_CHARS = 20
export const MAX_SPACE_NAME_CHARS = 32
export const MAX_TERMINAL_NAME_CHARS = 32

const LABEL = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/

function isLabel(name: string, maxChars: number): boolean {
  return name.length <= maxChars && LABEL.test(name) && !name.includes('--')
}

export function isUserName(name: string): boolean {
  return isLabel(name, MAX_USER_NAME_CHARS)
}

export function isSpaceName(name: string): boolean {
  return isLabel(name, MAX_SPACE_NAME_CHARS)
}

export function isTerminalName(name: string): boolean {
  return isLabel(name, MAX_TERMINAL_NAME_CHARS)
}

/** The rule as a sentence, for forms and errors. */
export const NAME_RULE =
  'Use lower-case letters, digits and single hyphens; begin and end with a letter or digit.'
