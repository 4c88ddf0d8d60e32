// The plain editor, for phones: a textarea with line numbers, and a mark at each line that has a problem. Undo stays the browser's.

import { type KeyboardEvent, type Ref, useImperativeHandle, useRef } from 'react'
import type { TemplateProblem } from '#protocol/api/templates.ts'
import { cx } from '../parts/class.ts'
import { words } from '../words.ts'
import type { Language } from './code/schema.ts'
import { type Edit, indent, newLine, offsetOf } from './editor-text.ts'

/** Tailwind's leading-5; the gutter and the text must agree. */
const LINE_PX = 20

export interface SourceEditorHandle {
  goTo(line: number, column: number): void
}

export interface SourceEditorProps {
  readonly source: string
  readonly problems: readonly TemplateProblem[]
  readonly readOnly: boolean
  readonly onSource: (source: string) => void
  readonly onSave?: (() => void) | undefined
  /** For completion; the plain editor has none. */
  readonly language?: Language | undefined
  /** The names of stored values, which it offers as well. */
  readonly stored?: readonly string[]
  readonly ref?: Ref<SourceEditorHandle>
}

export function SourceEditor(props: SourceEditorProps) {
  const { source, problems, readOnly, onSource, onSave, ref } = props
  const area = useRef<HTMLTextAreaElement>(null)
  const gutter = useRef<HTMLDivElement>(null)
  const leaving = useRef(false)
  useImperativeHandle(ref, () => ({
    goTo: (line, column) => goTo(area.current, source, line, column),
  }))
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    const wasLeaving = leaving.current
    leaving.current = event.key === 'Escape'
    if (event.key === 's' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault()
      onSave?.()
      return
    }
    if (readOnly || event.nativeEvent.isComposing || event.ctrlKey || event.metaKey) return
    const edit = editFor(event, wasLeaving)
    if (!edit) return
    event.preventDefault()
    apply(event.currentTarget, edit)
  }
  const bad = new Set(problems.map(({ line }) => line))
  const lines = source.split('\n').length
  return (
    <div className="flex h-full min-h-96 overflow-hidden rounded-md border border-line-strong bg-terminal font-mono text-xs has-focus-visible:border-accent">
      <div
        aria-hidden="true"
        className="tabular w-11 shrink-0 select-none overflow-hidden border-r py-2 text-right text-ink-3 leading-5"
        ref={gutter}
      >
        {Array.from({ length: lines }, (_, index) => (
          <div
            className={cx('pr-2', bad.has(index + 1) && 'bg-red-soft font-semibold text-red')}
            // biome-ignore lint/suspicious/noArrayIndexKey: a line number is its place
            key={index}
          >
            {index + 1}
          </div>
        ))}
      </div>
      <textarea
        aria-label={words.template.editor}
        autoCapitalize="none"
        autoComplete="off"
        className="grow resize-none overflow-auto whitespace-pre bg-transparent px-3 py-2 leading-5 outline-none"
        onChange={(event) => onSource(event.target.value)}
        onKeyDown={onKeyDown}
        onScroll={(event) => {
          if (gutter.current) gutter.current.scrollTop = event.currentTarget.scrollTop
        }}
        readOnly={readOnly}
        ref={area}
        spellCheck={false}
        title={readOnly ? undefined : words.template.editorHelp}
        value={source}
        wrap="off"
      />
    </div>
  )
}

function editFor(event: KeyboardEvent<HTMLTextAreaElement>, leaving: boolean): Edit | undefined {
  const { value, selectionStart, selectionEnd } = event.currentTarget
  const now = { text: value, start: selectionStart, end: selectionEnd }
  if (event.key === 'Tab' && !leaving) return indent(now, event.shiftKey)
  if (event.key === 'Enter' && !event.shiftKey) return newLine(now)
  return undefined
}

/** Through the browser's own editing, so that its undo goes on working. */
function apply(area: HTMLTextAreaElement, edit: Edit): void {
  const old = area.value
  let from = 0
  while (from < Math.min(old.length, edit.text.length) && old[from] === edit.text[from]) from++
  let tail = 0
  const most = Math.min(old.length, edit.text.length) - from
  while (tail < most && old.at(-1 - tail) === edit.text.at(-1 - tail)) tail++
  area.setSelectionRange(from, old.length - tail)
  const put = edit.text.slice(from, edit.text.length - tail)
  document.execCommand(put === '' ? 'delete' : 'insertText', false, put)
  area.setSelectionRange(edit.start, edit.end)
}

function goTo(
  area: HTMLTextAreaElement | null,
  source: string,
  line: number,
  column: number,
): void {
  if (!area) return
  const at = offsetOf(source, line, column)
  area.focus()
  area.setSelectionRange(at, at)
  area.scrollTop = Math.max(0, (line - 4) * LINE_PX)
}
