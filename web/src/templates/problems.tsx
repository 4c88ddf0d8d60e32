// What is wrong with a source, each with its place; a click goes there.

import { Check, CircleAlert, LoaderCircle } from 'lucide-react'
import type { TemplateProblem } from '#protocol/api/templates.ts'
import { ErrorNotice } from '../parts/notice.tsx'
import { words } from '../words.ts'
import type { Checked } from './use-check.ts'

const text = words.template

interface ProblemsProps {
  readonly checked: Checked
  readonly onGo: (line: number, column: number) => void
}

export function Problems({ checked, onGo }: ProblemsProps) {
  const { check, checking, error } = checked
  if (error) return <ErrorNotice error={error} />
  const problems = check?.problems ?? []
  return (
    <section aria-label={text.problems}>
      <p aria-live="polite" className="flex h-7 items-center gap-2 text-sm">
        <Sign checking={checking || !check} count={problems.length} />
      </p>
      <ul>
        {problems.map((problem) => (
          <Problem
            key={`${problem.line}:${problem.column}:${problem.message}`}
            onGo={onGo}
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
}

function Problem({ problem, onGo }: ProblemProps) {
  const { line, column, message, hint } = problem
  return (
    <li>
      <button
        className="flex w-full gap-3 rounded px-1.5 py-1 text-left text-sm hover:bg-hover"
        onClick={() => onGo(line, column)}
        type="button"
      >
        <span className="tabular w-10 shrink-0 font-mono text-red text-xs leading-5">
          {text.problemAt(line, column)}
        </span>
        <span className="min-w-0">
          {message}
          {hint && <span className="block text-ink-3 text-xs">{hint}</span>}
        </span>
      </button>
    </li>
  )
}
