// CodeMirror, in a chunk of its own: fetched when the first file is opened.

import { defaultKeymap, historyKeymap, indentWithTab } from '@codemirror/commands'
import { yaml } from '@codemirror/lang-yaml'
import { indentUnit } from '@codemirror/language'
import { searchKeymap } from '@codemirror/search'
import { EditorState, type Extension } from '@codemirror/state'
import { EditorView, keymap } from '@codemirror/view'
import { useEffect, useEffectEvent, useRef } from 'react'
import { codeBase } from '../parts/code-base.ts'
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
      ...codeBase,
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
