// What the scripts print: one line a step, one line a command that changes the machine, and one way to stop.

/** An expected end: the reader is told what to do, without a stack. */
export class Stop extends Error {
  name = 'Stop'

  /**
   * @param {string} message what is wrong
   * @param {readonly string[]} advice what the reader can do, one line each
   */
  constructor(message, advice = []) {
    super(message)
    this.advice = advice
  }
}

const colour = process.stdout.isTTY && !process.env.NO_COLOR
const paint = (code, text) => (colour ? `\x1b[${code}m${text}\x1b[0m` : text)

export function step(text) {
  process.stdout.write(`${paint('1', '▸')} ${text}\n`)
}

export function note(text) {
  process.stdout.write(`  ${paint('2', text)}\n`)
}

/** A command that is about to run and may change the machine. */
export function command(argv) {
  note(`$ ${argv.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word}'`)).join(' ')}`)
}

/** Runs a script's body; a `Stop` is printed with its advice, anything else with its stack. */
export async function main(body) {
  try {
    process.exitCode = (await body()) ?? process.exitCode
  } catch (error) {
    if (!(error instanceof Stop)) throw error
    process.stderr.write(`\n${paint('31', '✗')} ${error.message}\n`)
    for (const line of error.advice) process.stderr.write(`  ${line}\n`)
    process.exitCode = 1
  }
}
