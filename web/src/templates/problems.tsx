// What is wrong with a source, each with its place; a click goes there.

import { Check, CircleAlert, LoaderCircle } from 'lucide-react'
import type { TemplateProblem } from '#protocol/api/templates.ts'
import { Button } from '../parts/button.tsx'
import { cx } from '../parts/class.ts'
import { ErrorNotice } from '../parts/notice.tsx'
import { Quoting } from '../parts/quoting.tsx'
import { words } from '../words.ts'
import { mendText } from './code/fix.ts'
import type { Checked } from './use-check.ts'

const text = words.template

interface ProblemsProps {
  readonly checked: Checked
  readonly source: string
  readonly onGo: (line: number, column: number) => void
  /** Absent where the source is only read. */
  readonly onMend?: ((source: string) => void) | undefined
}

export function Problems({ checked, source, onGo, onMend }: ProblemsProps) {
  const { check, checking, error } = checked
  if (error) return <ErrorNotice error={error} />
  const problems = check?.problems ?? []
  return (
    <section aria-label={text.problems}>
      <p aria-live="polite" className="flex h-7 items-center gap-2 text-sm">
        <Sign checking={checking || !check} count={problems.length} />
      </p>
      <ul
        aria-label={text.problems}
        className={cx('max-h-36 overflow-y-auto', problems.length === 0 && 'hidden')}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by key
        tabIndex={0}
      >
        {problems.map((problem) => (
          <Problem
            key={`${problem.line}:${problem.column}:${problem.message}`}
            onGo={onGo}
            onMend={onMend && (() => onMend(mendText(source, problem)))}
            problem={problem}
          />
        ))}
      </ul>
    </section>
  )
}

function Sign({ checking, count }: { readonly checking: boolean; readonly count: number }) {
  if (checking) {
    return (
      <>
        <LoaderCircle aria-hidden="true" className="turning text-ink-3" size={15} />
        <span className="text-ink-3">{text.checking}</span>
      </>
    )
  }
  if (count === 0) {
    return (
      <>
        <Check aria-hidden="true" className="text-green" size={16} strokeWidth={2.5} />
        {text.noProblems}
      </>
    )
  }
  return (
    <>
      <CircleAlert aria-hidden="true" className="text-red" size={16} />
      <span className="font-medium">{text.problemCount(count)}</span>
    </>
  )
}

interface ProblemProps {
  readonly problem: TemplateProblem
  readonly onGo: (line: number, column: number) => void
  readonly onMend: (() => void) | undefined
}

function Problem({ problem, onGo, onMend }: ProblemProps) {
  const { line, column, message, hint, fix } = problem
  return (
    <li className="flex items-start gap-2">
      <button
        className="flex w-full gap-3 rounded px-1.5 py-1 text-left text-sm hover:bg-hover"
        onClick={() => onGo(line, column)}
        type="button"
      >
        <span className="tabular w-10 shrink-0 font-mono text-red text-xs leading-5">
          {text.problemAt(line, column)}
        </span>
        <span className="min-w-0">
          <Quoting text={message} />
          {hint && (
            <span className="block text-ink-3 text-xs">
              <Quoting text={hint} />
            </span>
          )}
        </span>
      </button>
      {fix && onMend && (
        <Button className="mt-0.5" onClick={onMend} small>
          {words.templateEditor.replaceBy(fix.by)}
        </Button>
      )}
    </li>
  )
}
