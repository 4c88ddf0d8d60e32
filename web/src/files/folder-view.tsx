// One folder: its path, its list, and everything that can be done with what is in it.

import { useNavigate } from '@tanstack/react-router'
import { CornerLeftUp, FolderOpen, House } from 'lucide-react'
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import { MAX_LISTED } from '#protocol/api/file-limits.ts'
import type { FileEntry, Folder } from '#protocol/api/files.ts'
import type { Space } from '#protocol/api/spaces.ts'
import { useKeys } from '../app/use-keys.ts'
import { Button } from '../parts/button.tsx'
import { Empty } from '../parts/empty.tsx'
import { Loading, RowsLoading } from '../parts/loading.tsx'
import { Advice, ErrorNotice } from '../parts/notice.tsx'
import { toast } from '../parts/toast.ts'
import type { FilesSearch } from '../router.tsx'
import { words } from '../words.ts'
import { archiveUrl, contentUrl, download, refreshFiles, useFolder } from './api.ts'
import { type Dropped, MAX_DROPPED } from './drop.ts'
import { DropZone } from './drop-zone.tsx'
import { FileBar, SelectionBar } from './file-bar.tsx'
import { type Asked, FileDialogs } from './file-dialogs.tsx'
import { FileGrid } from './file-grid.tsx'
import type { RowAct } from './file-row.tsx'
import { arranged } from './order.ts'
import { PathBar } from './path-bar.tsx'
import { isFolder, isHidden, joinPath, nameOf, parentOf } from './paths.ts'
import { kept, noSelection, only, type Selection } from './selection.ts'
import { transfers } from './transfers.ts'
import { prefer, useListPreference } from './use-preference.ts'

interface FolderViewProps {
  readonly space: Space
  /** The home folder without. */
  readonly path: string | undefined
}

const text = words.files

/** From where one came up: the cursor is put on it. */
const cameFrom = new Map<string, string>()

export function FolderView({ space, path }: FolderViewProps) {
  const isLinked = space.agent?.state !== 'waiting'
  const folder = useFolder(space.id, path, isLinked)
  const go = useGo(space.id)
  const at = folder.data?.path ?? path
  return (
    <div className="flex h-full min-h-0 flex-col">
      {folder.data ? (
        <Listed folder={folder.data} go={go} space={space} />
      ) : (
        <>
          <Bar>
            <PathBar onPath={(next) => go({ path: next })} path={at} />
          </Bar>
          {folder.error ? (
            <Failed error={folder.error} go={go} path={path} retry={() => void folder.refetch()} />
          ) : isLinked ? (
            <RowsLoading label={text.loading} rows={8} />
          ) : (
            <div className="px-4 sm:px-6">
              <Loading label={text.waiting} />
            </div>
          )}
        </>
      )}
    </div>
  )
}

function Bar({ children }: { readonly children: ReactNode }) {
  return (
    <div className="flex min-h-12 shrink-0 flex-wrap items-center gap-x-4 gap-y-1.5 px-4 py-2">
      {children}
    </div>
  )
}

function useGo(spaceId: string) {
  const navigate = useNavigate()
  return (search: FilesSearch) =>
    void navigate({ to: '/spaces/$spaceId/files', params: { spaceId }, search })
}
type Go = ReturnType<typeof useGo>

interface FailedProps {
  readonly error: unknown
  readonly path: string | undefined
  readonly go: Go
  readonly retry: () => void
}

function Failed({ error, path, go, retry }: FailedProps) {
  return (
    <div className="max-w-2xl px-4 py-2 sm:px-6">
      <ErrorNotice error={error} retry={retry} />
      {path !== undefined && (
        <div className="mt-3 flex gap-2">
          <Button icon={House} onClick={() => go({})}>
            {text.failed.home}
          </Button>
          {path.startsWith('/') && path !== '/' && (
            <Button icon={CornerLeftUp} onClick={() => go({ path: parentOf(path) })}>
              {text.failed.up}
            </Button>
          )}
        </div>
      )}
    </div>
  )
}

interface ListedProps {
  readonly space: Space
  readonly folder: Folder
  readonly go: Go
}

function Listed({ space, folder, go }: ListedProps) {
  const { path, writable } = folder
  const { hidden, order } = useListPreference()
  const [filter, setFilter] = useState('')
  const [asked, setAsked] = useState<Asked>()
  const filterInput = useRef<HTMLInputElement>(null)
  const entries = useMemo(
    () => arranged(folder.entries, { order, filter, hidden }),
    [folder.entries, order, filter, hidden],
  )
  const [given, setSelection] = useState<Selection>(() => only(cameFrom.get(path)))
  const names = useMemo(() => entries.map(({ name }) => name), [entries])
  const selection = useMemo(() => kept(given, names), [given, names])
  const chosen = entries.filter(({ name }) => selection.chosen.has(name))
  const acts = useActs({ space, path, go, chosen, setAsked })
  const upload = useUpload(space.id, path)
  useEffect(focusGrid, [])
  useKeys({ '/': () => filterInput.current?.focus(), arrowdown: focusGrid, arrowup: focusGrid })
  return (
    <DropZone
      entries={entries}
      onDrop={(dropped, name) => upload(dropped, name === undefined ? path : joinPath(path, name))}
      path={path}
      writable={writable}
    >
      {(target) => (
        <>
          <Bar>
            <PathBar onPath={(next) => go({ path: next })} path={path} />
            <FileBar
              filter={filter}
              filterInput={filterInput}
              onDownload={() => acts.archive([])}
              onFilter={setFilter}
              onList={focusGrid}
              onNewFolder={() => setAsked({ kind: 'folder' })}
              onRefresh={() => void refreshFiles(space.id)}
              onUpload={(dropped) => upload(dropped, path)}
              writable={writable}
            />
          </Bar>
          <Notes folder={folder} />
          <div className="min-h-0 grow border-t">
            {entries.length === 0 ? (
              <Nothing filter={filter} folder={folder} onUp={() => acts.up()} />
            ) : (
              <FileGrid
                entries={entries}
                onAct={acts.act}
                onFilter={() => filterInput.current?.focus()}
                onOrder={(next) => prefer({ order: next })}
                onSelection={setSelection}
                onUp={acts.up}
                order={order}
                path={path}
                selection={selection}
                target={target}
              />
            )}
          </div>
          {chosen.length > 0 ? (
            <SelectionBar
              count={chosen.length}
              onClear={() => setSelection({ ...selection, chosen: new Set() })}
              onDelete={() => setAsked({ kind: 'delete', entries: chosen })}
              onDownload={() => acts.fetch(chosen)}
              onRename={() => chosen[0] && setAsked({ kind: 'rename', entry: chosen[0] })}
              sizeBytes={chosen.reduce((sum, each) => sum + sizeOf(each), 0)}
              writable={writable}
            />
          ) : (
            <Counts all={folder.entries} shown={entries.length} />
          )}
          <FileDialogs
            asked={asked}
            folder={path}
            onClose={() => setAsked(undefined)}
            onDone={(name) => setSelection(name === undefined ? noSelection : only(name))}
            spaceId={space.id}
          />
        </>
      )}
    </DropZone>
  )
}

const sizeOf = (entry: FileEntry): number => (isFolder(entry) ? 0 : entry.sizeBytes)

const focusGrid = (): void =>
  document.querySelector<HTMLElement>('[data-files-grid]')?.focus({ preventScroll: true })

interface ActsOptions {
  readonly space: Space
  readonly path: string
  readonly go: Go
  readonly chosen: readonly FileEntry[]
  readonly setAsked: (asked: Asked) => void
}

/** What can be done with a row; of several selected ones when it is one of them. */
function useActs({ space, path, go, chosen, setAsked }: ActsOptions) {
  const archive = (entries: readonly FileEntry[]) => {
    const url = archiveUrl(
      space.id,
      path,
      entries.map(({ name }) => name),
    )
    if (url) download(url)
    else toast({ text: text.tooManyNames, tone: 'bad' })
  }
  const fetch = (entries: readonly FileEntry[]) => {
    const [first] = entries
    const isPlain = entries.length === 1 && first && !isFolder(first)
    if (isPlain) download(contentUrl(space.id, joinPath(path, first.name)))
    else if (first && entries.length === 1) {
      download(archiveUrl(space.id, joinPath(path, first.name)) ?? '')
    } else archive(entries)
  }
  const up = () => {
    if (path === '/') return
    cameFrom.set(parentOf(path), nameOf(path))
    go({ path: parentOf(path) })
  }
  const act = (entry: FileEntry, what: RowAct) => {
    const meant = chosen.includes(entry) ? chosen : [entry]
    switch (what) {
      case 'open':
        cameFrom.set(path, entry.name)
        go(isFolder(entry) ? { path: joinPath(path, entry.name) } : { path, open: entry.name })
        return
      case 'download':
        fetch(meant)
        return
      case 'rename':
        setAsked({ kind: 'rename', entry })
        return
      case 'delete':
        setAsked({ kind: 'delete', entries: meant })
        return
    }
  }
  return { act, up, archive, fetch }
}

function useUpload(spaceId: string, path: string) {
  return (dropped: readonly Dropped[] | undefined, folder: string = path) => {
    if (dropped) transfers.add(spaceId, folder, dropped)
    else toast({ text: text.tooManyDropped(MAX_DROPPED.toLocaleString()), tone: 'bad' })
  }
}

function Notes({ folder }: { readonly folder: Folder }) {
  return (
    <>
      {folder.truncated && (
        <div className="px-4 pb-2 sm:px-6">
          <Advice>{text.truncated(MAX_LISTED.toLocaleString())}</Advice>
        </div>
      )}
      {!folder.writable && folder.entries.length > 0 && (
        <p className="px-4 pb-2 text-ink-3 text-xs sm:px-6">{text.readOnly}</p>
      )}
    </>
  )
}

function Counts(props: { readonly all: readonly FileEntry[]; readonly shown: number }) {
  const { all, shown } = props
  const hidden = all.filter(isHidden).length
  if (all.length === 0) return null
  return (
    <p className="tabular shrink-0 border-t px-4 py-1 text-ink-3 text-xs sm:px-6" role="status">
      {shown === all.length ? text.things(shown) : text.shown(shown, all.length)}
      {hidden > 0 && shown < all.length && ` · ${text.hiddenCount(hidden)}`}
    </p>
  )
}

interface NothingProps {
  readonly folder: Folder
  readonly filter: string
  readonly onUp: () => void
}

function Nothing({ folder, filter, onUp }: NothingProps) {
  useKeys({ backspace: onUp })
  if (filter !== '') {
    return <Empty text={text.nothing.text(filter)} title={text.nothing.title} />
  }
  const { empty } = text
  const hidden = folder.entries.length > 0
  const say = hidden ? empty.hidden : folder.writable ? empty.text : empty.readOnly
  return (
    <Empty
      picture={<FolderOpen aria-hidden="true" size={36} strokeWidth={1.25} />}
      text={say}
      title={empty.title}
    >
      {hidden && <Button onClick={() => prefer({ hidden: true })}>{text.showHidden}</Button>}
    </Empty>
  )
}
