// Which variables of the client's a program is given. Only names that are known to be harmless: LD_PRELOAD, BASH_ENV, PATH
// or NODE_OPTIONS would change which code runs, for whoever can only choose variables (ForceCommand, `ssh -o SendEnv`).

/** Names and what they are for: language, terminal, editors, and what tools ask a server to know about their client. */
const ALLOWED =
  /^(LANG|LANGUAGE|LC_[A-Z_]{1,24}|TERM|COLORTERM|TERM_PROGRAM|TERM_PROGRAM_VERSION|NO_COLOR|FORCE_COLOR|CLICOLOR|EDITOR|VISUAL|PAGER|TZ|GIT_PROTOCOL|GIT_AUTHOR_(NAME|EMAIL)|GIT_COMMITTER_(NAME|EMAIL))$/
const MAX_VARIABLES = 64
/** Of one value, and of all names and values, bytes. */
const MAX_VALUE_BYTES = 4096
const MAX_BYTES = 32 * 1024

export class ClientEnvironment {
  readonly #variables = new Map<string, string>()
  #bytes = 0

  /** False for what is refused; the client goes on without it. */
  set(name: string, value: string): boolean {
    if (!ALLOWED.test(name) || value.includes('\0')) return false
    const bytes = Buffer.byteLength(name) + Buffer.byteLength(value)
    const isFull = !this.#variables.has(name) && this.#variables.size >= MAX_VARIABLES
    if (isFull || Buffer.byteLength(value) > MAX_VALUE_BYTES) return false
    if (this.#bytes + bytes > MAX_BYTES) return false
    this.#bytes += bytes
    this.#variables.set(name, value)
    return true
  }

  all(): Record<string, string> {
    return Object.fromEntries(this.#variables)
  }
}
