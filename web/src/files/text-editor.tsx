// CodeMirror, in a chunk of its own: fetched when the first file is opened.

import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands'
import { yaml } from '@codemirror/lang-yaml'
import {
  bracketMatching,
  HighlightStyle,
  indentOnInput,
  indentUnit,
  syntaxHighlighting,
} from '@codemirror/language'
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search'
import { EditorState, type Extension } from '@codemirror/state'
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { useEffect, useEffectEvent, useRef } from 'react'
import { words } from '../words.ts'
import { shownName } from './paths.ts'
import type { TextFile } from './text.ts'

interface TextEditorProps {
  readonly name: string
  readonly file: TextFile
  readonly readOnly: boolean
  readonly onText: (text: string) => void
  readonly onSave: () => void
}

export function TextEditor({ name, file, readOnly, onText, onSave }: TextEditorProps) {
  const place = useRef<HTMLDivElement>(null)
  const changed = useEffectEvent(onText)
  const save = useEffectEvent(onSave)
  useEffect(() => {
    if (!place.current) return
    const saved = () => {
      save()
      return true
    }
    const extensions = [
      ...base,
      EditorState.lineSeparator.of(file.lineEnd),
      EditorState.readOnly.of(readOnly),
      EditorView.contentAttributes.of({
        'aria-label': words.editor.label(shownName(name)),
        tabindex: '0',
      }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) changed(update.state.sliceDoc())
      }),
      keymap.of([
        { key: 'Mod-s', preventDefault: true, run: saved },
        ...searchKeymap,
        ...historyKeymap,
        ...defaultKeymap,
        // Escape and then Tab leaves the editor, as everywhere in CodeMirror.
        indentWithTab,
      ]),
      ...languageOf(name),
    ]
    const view = new EditorView({
      state: EditorState.create({ doc: file.text, extensions }),
      parent: place.current,
    })
    view.focus()
    return () => view.destroy()
  }, [file, name, readOnly])
  return <div className="h-full bg-terminal" ref={place} />
}

const languageOf = (name: string): readonly Extension[] =>
  /\.ya?ml$/i.test(name) ? [yaml(), indentUnit.of('  ')] : []

const look = EditorView.theme({
  '&': { height: '100%', fontSize: '13px', color: 'var(--ink)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--font-mono)', lineHeight: '20px' },
  '.cm-content': { caretColor: 'var(--accent)' },
  '.cm-cursor': { borderLeftColor: 'var(--accent)', borderLeftWidth: '2px' },
  '.cm-gutters': {
    backgroundColor: 'var(--terminal)',
    color: 'var(--ink-3)',
    borderRight: '1px solid var(--line)',
    paddingLeft: '8px',
  },
  '.cm-line': { paddingLeft: '8px' },
  '.cm-activeLine, .cm-activeLineGutter': {
    backgroundColor: 'color-mix(in oklch, var(--accent) 6%, transparent)',
  },
  '.cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground':
    {
      backgroundColor: 'color-mix(in oklch, var(--accent) 28%, transparent)',
    },
  '.cm-panels': {
    backgroundColor: 'var(--surface)',
    color: 'var(--ink)',
    borderColor: 'var(--line)',
  },
  '.cm-panels input, .cm-panels button': {
    backgroundColor: 'var(--surface)',
    backgroundImage: 'none',
    border: '1px solid var(--line-strong)',
    borderRadius: '4px',
    color: 'var(--ink)',
  },
  '.cm-searchMatch': { backgroundColor: 'var(--amber-soft)', outline: '1px solid var(--amber)' },
  '.cm-specialChar': { color: 'var(--red)' },
})

const colours = HighlightStyle.define([
  { tag: tags.comment, color: 'var(--ink-3)' },
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--accent)' },
  { tag: [tags.string, tags.content], color: 'var(--ink)' },
  { tag: [tags.number, tags.bool, tags.null, tags.keyword], color: 'var(--violet)' },
  { tag: [tags.meta, tags.punctuation, tags.separator], color: 'var(--ink-2)' },
])

const base: readonly Extension[] = [
  lineNumbers(),
  highlightActiveLineGutter(),
  highlightActiveLine(),
  highlightSpecialChars(),
  highlightSelectionMatches(),
  history(),
  drawSelection(),
  indentOnInput(),
  bracketMatching(),
  search({ top: true }),
  syntaxHighlighting(colours),
  look,
]
