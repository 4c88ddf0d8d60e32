// What is on its way into the space, at the foot of the page: how far, how fast, and what can be done about it.

import { ChevronDown, ChevronUp, Pause, Play, RotateCw, X } from 'lucide-react'
import { useState, useSyncExternalStore } from 'react'
import { duration } from '../format/duration.ts'
import { bytes } from '../format/quantity.ts'
import { shown } from '../net/request.ts'
import { Button } from '../parts/button.tsx'
import { cx } from '../parts/class.ts'
import { IconButton } from '../parts/icon-button.tsx'
import { words } from '../words.ts'
import { shownName } from './paths.ts'
import { isOver, type Transfer, transfers } from './transfers.ts'

const text = words.transfers

export function TransferList({ spaceId }: { readonly spaceId: string }) {
  const all = useSyncExternalStore(transfers.shown.subscribe, transfers.shown.get)
  const own = all.filter((transfer) => transfer.spaceId === spaceId)
  const [folded, setFolded] = useState(false)
  if (own.length === 0) return null
  const done = own.filter(({ state }) => isOver(state)).length
  return (
    <section aria-label={text.title} className="shrink-0 border-t bg-surface">
      <header className="flex h-9 items-center gap-2 px-4 text-sm sm:px-6">
        <p className="grow font-medium" role="status">
          {text.summary(done, own.length)}
        </p>
        {done > 0 && (
          <Button kind="quiet" onClick={() => transfers.clear(spaceId)} small>
            {text.clear}
          </Button>
        )}
        <IconButton
          aria-expanded={!folded}
          icon={folded ? ChevronUp : ChevronDown}
          label={folded ? text.unfold : text.fold}
          onClick={() => setFolded(!folded)}
        />
      </header>
      {!folded && (
        <ul className="max-h-[30vh] overflow-y-auto pb-2">
          {own.map((transfer) => (
            <Row key={transfer.id} transfer={transfer} />
          ))}
        </ul>
      )}
    </section>
  )
}

function Row({ transfer }: { readonly transfer: Transfer }) {
  const { name, isFolder, sizeBytes, sentBytes, state } = transfer
  const share = sizeBytes === 0 ? (state === 'done' ? 1 : 0) : sentBytes / sizeBytes
  const label = shownName(name) + (isFolder ? '/' : '')
  return (
    <li className="flex items-center gap-3 px-4 py-1 text-sm sm:px-6">
      <div className="min-w-0 grow">
        <div className="flex items-baseline gap-x-3">
          <span className="min-w-0 truncate font-medium">{label}</span>
          <span className="hidden min-w-0 truncate text-ink-3 text-xs sm:block">
            {text.into(shownName(transfer.folder))}
          </span>
          <span className="tabular ml-auto shrink-0 text-ink-2 text-xs">
            <Amount transfer={transfer} />
          </span>
        </div>
        {!isOver(state) && (
          <div
            aria-label={label}
            aria-valuemax={100}
            aria-valuemin={0}
            aria-valuenow={Math.floor(share * 100)}
            className="mt-1 h-1 overflow-hidden rounded-full bg-sunken"
            role="progressbar"
          >
            <div
              className={cx('h-full', state === 'running' ? 'bg-accent' : 'bg-ink-3')}
              style={{ width: `${share * 100}%` }}
            />
          </div>
        )}
        <Trouble transfer={transfer} />
      </div>
      <Actions transfer={transfer} />
    </li>
  )
}

function Amount({ transfer }: { readonly transfer: Transfer }) {
  const { state, sizeBytes, sentBytes, bytesPerSecond, files, filesDone, skipped } = transfer
  const parts: string[] = state === 'running' ? [] : [text.state[state]]
  if (transfer.isFolder) parts.push(text.files(filesDone, files))
  parts.push(isOver(state) ? bytes(sizeBytes) : `${bytes(sentBytes)} / ${bytes(sizeBytes)}`)
  if (bytesPerSecond > 0 && !isOver(state)) {
    const leftMs = ((sizeBytes - sentBytes) / bytesPerSecond) * 1000
    parts.push(text.perSecond(bytes(bytesPerSecond)), text.left(duration(leftMs)))
  }
  if (skipped > 0) parts.push(text.skipped(skipped))
  return parts.join(' · ')
}

function Trouble({ transfer: { error, failures, isFolder } }: { readonly transfer: Transfer }) {
  if (error === undefined) return null
  const { message, hint, code } = shown(error)
  return (
    <p className="mt-0.5 text-red text-xs" role="alert">
      {isFolder && failures > 0 && `${text.failed(failures)}: `}
      {message} <span className="text-ink-2">{hint}</span>{' '}
      <code className="font-mono text-ink-2">{code}</code>
    </p>
  )
}

function Actions({ transfer: { id, name, state } }: { readonly transfer: Transfer }) {
  return (
    <div className="flex w-16 shrink-0 justify-end gap-1">
      {!isOver(state) && state !== 'paused' && (
        <IconButton icon={Pause} label={text.pause(name)} onClick={() => transfers.pause(id)} />
      )}
      {state === 'paused' && (
        <IconButton icon={Play} label={text.resume(name)} onClick={() => transfers.resume(id)} />
      )}
      {state === 'failed' && (
        <IconButton icon={RotateCw} label={text.again(name)} onClick={() => transfers.resume(id)} />
      )}
      {!isOver(state) && (
        <IconButton icon={X} label={text.cancel(name)} onClick={() => transfers.cancel(id)} />
      )}
    </div>
  )
}
