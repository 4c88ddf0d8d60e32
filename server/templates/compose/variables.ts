// Compose's own `${NAME:-default}`, which stands for variables of the shell that starts it: they become parameters, which
// are asked when a space is made.

/** One that is asked for. */
export interface Asked {
  readonly type: 'text' | 'secret'
  readonly label: string
  readonly default?: string
  readonly required?: true
}

/** `$$`, `$NAME`, `${NAME}`, `${NAME-x}`, `${NAME:-x}`, `${NAME:?x}`; no braces inside, so that the time stays linear. */
const VARIABLE = /\$(?:(\$)|\{([A-Za-z_]\w{0,62})(?:(:?[-?+])([^{}]*))?\}|([A-Za-z_]\w{0,62}))/g
const SECRET = /PASS|SECRET|TOKEN|KEY|CREDENTIAL/i

export class Variables {
  readonly #asked = new Map<string, Asked>()

  /** By the names of parameters. */
  get parameters(): Readonly<Record<string, Asked>> {
    return Object.fromEntries(this.#asked)
  }

  /** The text with parameters in place of its variables. */
  taken(text: string): string {
    return text.replace(VARIABLE, (_, dollar, braced, operator, word, bare) => {
      if (dollar !== undefined) return '$'
      const name = this.ask(String(braced ?? bare), operator, word)
      return `$\{{ param.${name} }}`
    })
  }

  /** The text with what its variables are preset to, for places that take no values. */
  settled(text: string): string {
    return text.replace(VARIABLE, (_, dollar, _name, operator = '', word = '') =>
      dollar !== undefined ? '$' : String(operator).endsWith('-') ? String(word) : '',
    )
  }

  /** The parameter of a variable. */
  ask(variable: string, operator = '', word = ''): string {
    const lower = variable.toLowerCase()
    const name = /^[a-z]/.test(lower) ? lower : `v${lower}`
    const known = this.#asked.get(name)
    const preset = operator.endsWith('-') && word !== '' ? { default: word } : {}
    const needed = operator.endsWith('?') ? ({ required: true } as const) : {}
    const type = SECRET.test(variable) ? 'secret' : 'text'
    this.#asked.set(name, { type, label: variable, ...preset, ...needed, ...known })
    return name
  }
}
