// The file was changed on disk while it was edited here: both can be looked at before one of them goes.

import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { keys } from '../api/keys.ts'
import { RequestError } from '../net/request.ts'
import { Button } from '../parts/button.tsx'
import { cx } from '../parts/class.ts'
import { Dialog, DialogActions } from '../parts/dialog.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { words } from '../words.ts'
import { fetchContent } from './api.ts'
import { compareLines, type Line } from './compare.ts'
import { shownName } from './paths.ts'
import { decodeText } from './text.ts'
import type { Saving } from './use-saving.ts'

interface ChangedDialogProps {
  readonly spaceId: string
  readonly path: string
  readonly name: string
  readonly saving: Saving
  readonly onReload: () => void
}

const text = words.editor.changed

export function ChangedDialog({ saving, ...props }: ChangedDialogProps) {
  if (saving.state !== 'changed') return null
  return <Changed saving={saving} {...props} />
}

function Changed({ spaceId, path, name, saving, onReload }: ChangedDialogProps) {
  const [comparing, setComparing] = useState(false)
  const theirs = useQuery({
    queryKey: keys.file(spaceId, path, 'theirs'),
    queryFn: ({ signal }) => fetchContent(spaceId, path, signal),
    gcTime: 0,
    staleTime: 0,
  })
  const isGone = theirs.error instanceof RequestError && theirs.error.code === 'path_missing'
  const theirText = theirs.data && decodeText(theirs.data.bytes)?.text
  return (
    <Dialog
      description={(isGone ? text.gone : text.text)(shownName(name))}
      onOpenChange={(open) => !open && saving.leave()}
      open
      title={text.title}
      wide={comparing}
    >
      {theirs.error && !isGone && <ErrorNotice error={theirs.error} />}
      {comparing && theirText !== undefined && (
        <>
          <p className="mb-1.5 text-ink-2 text-xs">
            + {text.mine}, − {text.theirs}
          </p>
          <Comparison lines={compareLines(saving.text(), theirText)} />
        </>
      )}
      <DialogActions>
        <Button kind="quiet" onClick={saving.leave}>
          {words.actions.cancel}
        </Button>
        {!comparing && theirText !== undefined && (
          <Button onClick={() => setComparing(true)}>{text.compare}</Button>
        )}
        {!isGone && (
          <Button
            onClick={() => {
              saving.leave()
              onReload()
            }}
          >
            {text.reload}
          </Button>
        )}
        <Button kind="danger" onClick={saving.overwrite}>
          {text.overwrite}
        </Button>
      </DialogActions>
    </Dialog>
  )
}

/** Alike lines shown around a difference. */
const CONTEXT = 3

function Comparison({ lines }: { readonly lines: readonly Line[] | undefined }) {
  if (!lines) return <p className="text-ink-2 text-sm">{text.tooDifferent}</p>
  const near = lines.map((_, at) =>
    lines.slice(Math.max(0, at - CONTEXT), at + CONTEXT + 1).some(({ side }) => side !== 'both'),
  )
  return (
    <div
      className="max-h-[40vh] overflow-auto rounded-md border bg-terminal font-mono text-xs"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by key
      tabIndex={0}
    >
      {lines.map((line, at) => {
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place, and they do not change
        if (near[at]) return <Compared key={`${at} ${line.side}`} line={line} />
        if (near[at - 1] === false) return null
        const far = near.indexOf(true, at)
        const count = (far === -1 ? lines.length : far) - at
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: as above
          <p className="bg-sunken px-3 py-0.5 text-ink-3" key={`${at} alike`}>
            {text.same(count)}
          </p>
        )
      })}
    </div>
  )
}

const sides: Record<Line['side'], { readonly mark: string; readonly className: string }> = {
  mine: { mark: '+', className: 'bg-green-soft' },
  theirs: { mark: '−', className: 'bg-red-soft' },
  both: { mark: ' ', className: '' },
}

function Compared({ line: { side, text: content } }: { readonly line: Line }) {
  const { mark, className } = sides[side]
  return (
    <pre className={cx('flex min-w-max px-3', className)}>
      <span aria-hidden="true" className="w-4 shrink-0 select-none text-ink-3">
        {mark}
      </span>
      {side !== 'both' && (
        <span className="sr-only">{side === 'mine' ? text.mine : text.theirs}: </span>
      )}
      {content}
    </pre>
  )
}
