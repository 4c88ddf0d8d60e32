// The editor of templates: CodeMirror with what helps, in a chunk of its own.

import { acceptCompletion, completionStatus } from '@codemirror/autocomplete'
import { defaultKeymap, historyKeymap, indentWithTab } from '@codemirror/commands'
import { yaml } from '@codemirror/lang-yaml'
import { indentUnit } from '@codemirror/language'
import { lintKeymap } from '@codemirror/lint'
import { searchKeymap } from '@codemirror/search'
import { EditorState } from '@codemirror/state'
import { EditorView, keymap } from '@codemirror/view'
import { useEffect, useEffectEvent, useImperativeHandle, useRef } from 'react'
import { codeBase } from '../../parts/code-base.ts'
import { hangingIndent } from '../../parts/hanging-indent.ts'
import { words } from '../../words.ts'
import { newLine } from '../editor-text.ts'
import type { SourceEditorProps } from '../source-editor.tsx'
import { assist, goTo, mendHere, showProblems } from './assist.ts'

export function CodeEditor(props: SourceEditorProps) {
  const { source, problems, readOnly, ref } = props
  const place = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(null)
  const language = useRef(props.language)
  language.current = props.language
  const stored = useRef<readonly string[]>([])
  stored.current = props.stored ?? []
  const typed = useEffectEvent((text: string) => props.onSource(text))
  const save = useEffectEvent(() => props.onSave?.())
  const mend = useEffectEvent((at: EditorView) => mendHere(at, props.problems))
  const first = useEffectEvent(() => props.source)
  useEffect(() => {
    if (!place.current) return
    const saved = () => {
      save()
      return true
    }
    const extensions = [
      ...codeBase,
      yaml(),
      indentUnit.of('  '),
      hangingIndent,
      readOnly
        ? [EditorState.readOnly.of(true)]
        : assist(
            () => language.current,
            () => stored.current,
          ),
      EditorView.contentAttributes.of({ 'aria-label': words.template.editor, tabindex: '0' }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) typed(update.state.sliceDoc())
      }),
      keymap.of([
        { key: 'Mod-s', preventDefault: true, run: saved },
        { key: 'Mod-.', run: mend },
        { key: 'Tab', run: takeOffer },
        { key: 'Enter', run: breakLine },
        ...lintKeymap,
        ...searchKeymap,
        ...historyKeymap,
        ...defaultKeymap,
        // Escape and then Tab leaves the editor, as everywhere in CodeMirror.
        indentWithTab,
      ]),
    ]
    const made = new EditorView({
      state: EditorState.create({ doc: first(), extensions }),
      parent: place.current,
    })
    view.current = made
    return () => {
      view.current = null
      made.destroy()
    }
  }, [readOnly])
  useEffect(() => {
    if (view.current) replace(view.current, source)
  }, [source])
  // biome-ignore lint/correctness/useExhaustiveDependencies: another editor shows them anew
  useEffect(() => {
    if (view.current) showProblems(view.current, problems)
  }, [problems, readOnly])
  useImperativeHandle(ref, () => ({
    goTo: (line, column) => view.current && goTo(view.current, line, column),
  }))
  return (
    <div
      className="h-full min-h-0 overflow-hidden rounded-md border border-line-strong bg-terminal has-focus-visible:border-accent"
      ref={place}
    />
  )
}

/** While something is offered Tab takes it, and never indents because the offer was just being renewed. */
const takeOffer = (view: EditorView): boolean =>
  acceptCompletion(view) || completionStatus(view.state) === 'active'

/** As deep as the line before, and deeper after a colon, which is what YAML mostly wants. */
function breakLine(view: EditorView): boolean {
  if (view.state.readOnly) return false
  const { from } = view.state.selection.main
  const line = view.state.doc.lineAt(from)
  const before = view.state.sliceDoc(line.from, from)
  const { text } = newLine({ text: before, start: before.length, end: before.length })
  view.dispatch(view.state.replaceSelection(text.slice(before.length)), {
    userEvent: 'input',
    scrollIntoView: true,
  })
  return true
}

/** What came from elsewhere: the least of it, so that the cursor and what was undone stay. */
function replace(view: EditorView, source: string): void {
  const old = view.state.sliceDoc()
  if (old === source) return
  let from = 0
  while (from < Math.min(old.length, source.length) && old[from] === source[from]) from++
  let tail = 0
  const most = Math.min(old.length, source.length) - from
  while (tail < most && old.at(-1 - tail) === source.at(-1 - tail)) tail++
  const insert = source.slice(from, source.length - tail)
  view.dispatch({ changes: { from, to: old.length - tail, insert } })
}
