// Two texts side by side, or below each other where there is no room; the right one may be mended. In a chunk of its own.

import { defaultKeymap, historyKeymap } from '@codemirror/commands'
import { yaml } from '@codemirror/lang-yaml'
import { goToNextChunk, goToPreviousChunk, MergeView, unifiedMergeView } from '@codemirror/merge'
import { EditorState, type Extension } from '@codemirror/state'
import { EditorView, keymap } from '@codemirror/view'
import { useEffect, useEffectEvent, useRef } from 'react'
import { codeBase } from '../../parts/code-base.ts'
import { hangingIndent } from '../../parts/hanging-indent.ts'
import { words } from '../../words.ts'

const text = words.templateEditor

interface DiffViewProps {
  readonly left: { readonly label: string; readonly source: string }
  readonly right: { readonly label: string; readonly source: string }
  readonly narrow: boolean
  /** With it the right text can be changed, and what stands on the left taken over. */
  readonly onRight?: ((source: string) => void) | undefined
}

/** Of alike lines, around each difference. */
const MARGIN_LINES = 4
const MIN_FOLDED_LINES = 6

export function DiffView({ left, right, narrow, onRight }: DiffViewProps) {
  const place = useRef<HTMLDivElement>(null)
  const changed = useEffectEvent((source: string) => onRight?.(source))
  const isOpen = onRight !== undefined
  useEffect(() => {
    if (!place.current) return
    const parent = place.current
    const heard = EditorView.updateListener.of((update) => {
      if (update.docChanged) changed(update.state.sliceDoc())
    })
    const rightSide = [side(right.label, isOpen), heard]
    const collapseUnchanged = { margin: MARGIN_LINES, minSize: MIN_FOLDED_LINES }
    if (narrow) {
      const extensions = [
        rightSide,
        unifiedMergeView({ original: left.source, mergeControls: isOpen, collapseUnchanged }),
      ]
      const state = EditorState.create({ doc: right.source, extensions })
      const view = new EditorView({ state, parent })
      return () => view.destroy()
    }
    const view = new MergeView({
      a: { doc: left.source, extensions: side(left.label, false) },
      b: { doc: right.source, extensions: rightSide },
      parent,
      collapseUnchanged,
      ...(isOpen && { revertControls: 'a-to-b', renderRevertControl: takeOver }),
    })
    return () => view.destroy()
  }, [left.label, left.source, right.label, right.source, narrow, isOpen])
  return (
    <div
      className="h-full min-h-0 overflow-auto rounded-md border border-line-strong bg-terminal"
      ref={place}
    />
  )
}

const side = (label: string, isOpen: boolean): readonly Extension[] => [
  ...codeBase,
  yaml(),
  hangingIndent,
  look,
  EditorState.readOnly.of(!isOpen),
  EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
  EditorState.phrases.of({
    '$ unchanged lines': text.alike,
    Accept: text.keepMine,
    Reject: text.takeOver,
  }),
  keymap.of([
    { key: 'Alt-ArrowDown', run: goToNextChunk },
    { key: 'Alt-ArrowUp', run: goToPreviousChunk },
    ...historyKeymap,
    ...defaultKeymap,
  ]),
]

function takeOver(): HTMLElement {
  const button = document.createElement('button')
  button.type = 'button'
  button.title = text.takeOver
  button.setAttribute('aria-label', text.takeOver)
  button.textContent = '→'
  return button
}

const tint = (colour: string, share: number) =>
  `color-mix(in oklch, var(--${colour}) ${share}%, transparent)`

const look = EditorView.theme({
  '&.cm-merge-a .cm-changedLine, .cm-deletedChunk': { backgroundColor: tint('red', 6) },
  '&.cm-merge-b .cm-changedLine, &.cm-merge-b .cm-inlineChangedLine': {
    backgroundColor: tint('green', 7),
  },
  '&.cm-merge-a .cm-changedText, .cm-deletedChunk .cm-deletedText, &.cm-merge-b .cm-deletedText': {
    background: tint('red', 9),
    textDecoration: 'none',
    boxShadow: 'inset 0 -2px var(--red)',
  },
  '&.cm-merge-b .cm-changedText': {
    background: tint('green', 9),
    boxShadow: 'inset 0 -2px var(--green)',
  },
  '&.cm-editor .cm-chunkButtons': { position: 'static', display: 'block', textIndent: '0' },
  '&.cm-editor .cm-chunkButtons button': {
    background: 'var(--surface)',
    border: '1px solid var(--line-strong)',
    borderRadius: '4px',
    color: 'var(--ink)',
    fontFamily: 'var(--font-sans)',
    fontSize: '12px',
    margin: '2px 6px 2px 0',
    padding: '2px 8px',
  },
  '.cm-changeGutter': { width: '3px', paddingLeft: '0' },
  '&.cm-merge-a .cm-changedLineGutter, .cm-deletedLineGutter': { background: 'var(--red)' },
  '&.cm-merge-b .cm-changedLineGutter': { background: 'var(--green)' },
  '.cm-collapsedLines': {
    background: 'var(--sunken)',
    color: 'var(--ink-2)',
    fontFamily: 'var(--font-sans)',
    fontSize: '12px',
    padding: '2px 12px',
  },
  // The sign of its own is in neither of our fonts.
  '.cm-collapsedLines:before, .cm-collapsedLines:after': { content: '"…"' },
})
