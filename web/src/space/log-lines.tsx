// Lines of a log: open where they explain something, folded where all went well.

import { words } from '../words.ts'

interface LogLinesProps {
  readonly lines: readonly string[]
  readonly open: boolean
}

export function LogLines({ lines, open }: LogLinesProps) {
  const text = (
    <section
      aria-label={words.timeline.log}
      className="mt-1.5 max-h-56 overflow-auto rounded-md bg-sunken px-3 py-2"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by key
      tabIndex={0}
    >
      <pre className="font-mono text-ink-2 text-xs leading-[18px]">{lines.join('\n')}</pre>
    </section>
  )
  if (open) return text
  return (
    <details className="mt-0.5">
      <summary className="touch w-fit rounded text-ink-3 text-xs hover:text-ink">
        {words.timeline.lines(lines.length)}
      </summary>
      {text}
    </details>
  )
}
