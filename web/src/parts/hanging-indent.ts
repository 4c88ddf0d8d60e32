// Long lines wrap below where their text begins and not at the edge, so that YAML still reads as it is nested.

import { type Extension, RangeSetBuilder } from '@codemirror/state'
import {
  Decoration,
  type DecorationSet,
  EditorView,
  ViewPlugin,
  type ViewUpdate,
} from '@codemirror/view'

/** Deeper ones wrap as these do. */
const MAX_COLUMNS = 24
const PADDING_PX = 8

const name = (columns: number): string => `cm-hang-${columns}`
const marks = Array.from({ length: MAX_COLUMNS + 1 }, (_, columns) =>
  Decoration.line({ class: name(columns) }),
)

/** By classes: the page’s policy refuses styles that are written at an element. */
const rules = Object.fromEntries(
  marks.map((_, columns) => [
    `.cm-line.${name(columns)}`,
    { paddingLeft: `calc(${PADDING_PX}px + ${columns}ch)`, textIndent: `-${columns}ch` },
  ]),
)

function decorate(view: EditorView): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>()
  for (const { from, to } of view.visibleRanges) {
    for (let at = from; at <= to; ) {
      const line = view.state.doc.lineAt(at)
      const columns = (/^[ -]*/.exec(line.text)?.[0].length ?? 0) + 2
      builder.add(
        line.from,
        line.from,
        marks[Math.min(columns, MAX_COLUMNS)] ?? Decoration.line({}),
      )
      at = line.to + 1
    }
  }
  return builder.finish()
}

const plugin = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet
    constructor(view: EditorView) {
      this.decorations = decorate(view)
    }
    update(update: ViewUpdate) {
      if (update.docChanged || update.viewportChanged) this.decorations = decorate(update.view)
    }
  },
  { decorations: ({ decorations }) => decorations },
)

export const hangingIndent: Extension = [EditorView.lineWrapping, plugin, EditorView.theme(rules)]
