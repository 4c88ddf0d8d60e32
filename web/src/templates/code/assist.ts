// What helps while a template is typed: completion, documentation under the pointer, problems with their mending.

import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
  startCompletion,
} from '@codemirror/autocomplete'
import { type Diagnostic, lintGutter, setDiagnostics } from '@codemirror/lint'
import { EditorState, type Extension } from '@codemirror/state'
import { EditorView, hoverTooltip } from '@codemirror/view'
import type { TemplateProblem } from '#protocol/api/templates.ts'
import { words } from '../../words.ts'
import { offsetOf } from '../editor-text.ts'
import { fixed } from './fix.ts'
import type { Language } from './schema.ts'
import { explain, type Suggestion, suggest } from './suggest.ts'
import type { Place } from './yaml-scan.ts'

const text = words.templateEditor

/** The language is fetched beside the editor; until it is there nothing is offered. `stored` names values. */
export const assist = (
  language: () => Language | undefined,
  stored: () => readonly string[],
): Extension => [
  autocompletion({
    override: [(context) => completions(context, language(), stored())],
    icons: false,
    interactionDelay: 0,
    maxRenderedOptions: 60,
  }),
  hoverTooltip((view, position) => {
    const known = language()
    const found = known && explain(known, view.state.sliceDoc(), position)
    if (!found) return null
    return {
      pos: found.from,
      end: found.to,
      above: true,
      create: () => ({ dom: explained(found.word, found.doc, found.asks) }),
    }
  }),
  lintGutter(),
  EditorState.phrases.of(text.phrases),
]

function completions(
  context: CompletionContext,
  language: Language | undefined,
  stored: readonly string[],
): CompletionResult | null {
  if (!language) return null
  const { all, from, place } = suggest(language, context.state.sliceDoc(), context.pos, stored)
  const typed = context.state.sliceDoc(from, context.pos)
  if (all.length === 0 || (!context.explicit && typed === '' && !place.isValue)) return null
  const gap = place.isValue && context.state.sliceDoc(from - 1, from) === ':' ? ' ' : ''
  return { from, options: all.map((one) => option(one, place, gap)), validFor: /^[\w.-]*$/ }
}

const option = (suggestion: Suggestion, place: Place, gap: string): Completion => ({
  label: suggestion.label,
  type: suggestion.kind,
  ...(suggestion.info !== undefined && { info: () => prose(suggestion.info ?? '') }),
  boost: suggestion.kind === 'name' ? 1 : 0,
  apply: (view, _, from, to) => {
    const put = gap + suggestion.label + ending(suggestion, place, indentAt(view, from))
    view.dispatch({
      changes: { from, to, insert: put },
      selection: { anchor: from + put.length },
      userEvent: 'input.complete',
    })
    if (suggestion.kind === 'key') startCompletion(view)
  },
})

/** A key brings its colon, and where a map or list belongs below it, the line for it. */
function ending({ kind, shape }: Suggestion, { isFlow }: Place, indent: string): string {
  if (kind !== 'key') return ''
  if (isFlow || shape === 'value') return ': '
  return shape === 'list' ? `:\n${indent}  - ` : `:\n${indent}  `
}

/** Of the word itself: behind the dash of a list's entry it is further in than its line. */
function indentAt(view: EditorView, position: number): string {
  const line = view.state.doc.lineAt(position)
  return ' '.repeat(position - line.from)
}

function explained(word: string, doc: string, asks: string | undefined): HTMLElement {
  const dom = document.createElement('div')
  dom.className = 'cm-explained'
  const name = document.createElement('code')
  name.textContent = word
  dom.append(name, prose(asks === undefined ? doc : `${doc} ${text.asks(asks)}`))
  return dom
}

/** What stands between backticks is code. */
function prose(doc: string): HTMLElement {
  const said = document.createElement('p')
  for (const [at, piece] of doc.split('`').entries()) {
    const part = document.createElement(at % 2 === 1 ? 'code' : 'span')
    part.textContent = piece
    said.append(part)
  }
  return said
}

export function showProblems(view: EditorView, problems: readonly TemplateProblem[]): void {
  const source = view.state.sliceDoc()
  const diagnostics = problems.map((problem) => diagnostic(source, problem))
  view.dispatch(setDiagnostics(view.state, diagnostics))
}

function diagnostic(source: string, problem: TemplateProblem): Diagnostic {
  const { line, column, message, hint, fix } = problem
  const start = offsetOf(source, line, column)
  const [whole = ''] = /^[^\s,\]}]*/.exec(source.slice(start)) ?? []
  const told = hint === undefined ? message : `${message} ${hint}`
  return {
    ...{ from: start, to: start + whole.replace(/:$/, '').length, message: told },
    severity: 'error',
    ...(fix && {
      actions: [{ name: text.replaceBy(fix.by), apply: (view) => mend(view, problem) }],
    }),
  }
}

/** Puts in what was probably meant. */
export function mend(view: EditorView, problem: TemplateProblem): boolean {
  const change = fixed(view.state.sliceDoc(), problem)
  if (!change) return false
  view.dispatch({ changes: change, userEvent: 'input.mend', scrollIntoView: true })
  return true
}

/** The problem on the line of the cursor that can be mended, nearest before others. */
export function mendHere(view: EditorView, problems: readonly TemplateProblem[]): boolean {
  const line = view.state.doc.lineAt(view.state.selection.main.head).number
  const problem = problems.find((one) => one.line === line && one.fix)
  return problem !== undefined && mend(view, problem)
}

export const goTo = (view: EditorView, line: number, column: number): void => {
  const at = offsetOf(view.state.sliceDoc(), line, column)
  view.dispatch({
    selection: { anchor: at },
    effects: EditorView.scrollIntoView(at, { y: 'center' }),
  })
  view.focus()
}
