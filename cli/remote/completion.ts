// `skein completion bash|zsh|fish`: a script that asks this program what may come next, so that it stays right when
// commands change, and knows the spaces.

import { SkeinError } from '#protocol/errors.ts'

const scripts: Readonly<Record<string, string>> = {
  bash: `_skein() {
  local IFS=$'\\n'
  COMPREPLY=($(skein complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
  [[ \${COMPREPLY[0]-} == *: ]] && compopt -o nospace
}
complete -o default -F _skein skein
`,
  zsh: `#compdef skein
_skein() {
  local -a answers
  answers=("\${(@f)$(skein complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  [[ -n "\${answers[1]}" ]] && compadd -- "\${answers[@]}" || _files
}
compdef _skein skein
`,
  fish: `function __skein
  set -l words (commandline -opc) (commandline -ct)
  skein complete -- $words[2..-1] 2>/dev/null
end
complete -c skein -a '(__skein)'
`,
}

export const shells: readonly string[] = Object.keys(scripts)

/** Throws `bad_request` for a shell that is not known. */
export function completionScript(shell: string): string {
  const script = Object.hasOwn(scripts, shell) ? scripts[shell] : undefined
  if (script !== undefined) return script
  throw new SkeinError('bad_request', { reason: `the shells are ${shells.join(', ')}` })
}
