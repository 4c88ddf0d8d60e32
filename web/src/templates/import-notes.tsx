// What became of a Compose file, line by line: words that say nearly the same now, and words that could not come along.

import type { ComposeImport, ComposeNote } from '#protocol/api/bundles.ts'
import { cx } from '../parts/class.ts'
import { Quoting } from '../parts/quoting.tsx'
import { words } from '../words.ts'

const text = words.exchange

export function ImportNotes({ made }: { readonly made: ComposeImport }) {
  const count = (what: ComposeNote['what']) => made.notes.filter((one) => one.what === what).length
  const said = made.notes.length === 0 ? text.carried : text.notes(count('changed'), count('left'))
  return (
    <section aria-label={text.original} className="shrink-0 rounded-md border text-sm">
      <h2 className="px-3 py-2 font-medium">{said}</h2>
      {made.notes.length > 0 && (
        <ul
          className="max-h-44 divide-y overflow-y-auto border-t"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by key
          tabIndex={0}
        >
          {made.notes.map((note) => (
            <Note key={`${note.line}:${note.column}:${note.word}:${note.message}`} note={note} />
          ))}
        </ul>
      )}
    </section>
  )
}

function Note({ note: { line, word, what, message } }: { readonly note: ComposeNote }) {
  return (
    <li className="grid grid-cols-[64px_minmax(0,1fr)] items-baseline gap-x-2 px-3 py-1.5 sm:grid-cols-[64px_80px_minmax(0,1fr)]">
      <span className="tabular text-ink-3 text-xs">{text.line(line)}</span>
      <span className={cx('text-xs', what === 'left' ? 'text-red' : 'text-amber')}>
        {text[what]}
      </span>
      <span className="min-w-0 max-sm:col-span-2">
        <code className="break-words font-mono text-xs">{word}</code>{' '}
        <span className="text-ink-2">
          <Quoting text={message} />
        </span>
      </span>
    </li>
  )
}
