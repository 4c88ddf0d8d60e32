// One file in the list: what it is, how large, when it was changed, who may do what. On a phone two lines.

import {
  Download,
  Ellipsis,
  File,
  FileQuestion,
  FileSymlink,
  Folder,
  FolderOpen,
  FolderSymlink,
  type LucideIcon,
  PencilLine,
  Trash2,
} from 'lucide-react'
import { memo, type ReactNode } from 'react'
import type { FileEntry } from '#protocol/api/files.ts'
import { bytes } from '../format/quantity.ts'
import { cx } from '../parts/class.ts'
import { IconButton } from '../parts/icon-button.tsx'
import { Menu } from '../parts/menu.tsx'
import { Moment } from '../parts/moment.tsx'
import { words } from '../words.ts'
import { isFolder, isHidden, modeText, shownName } from './paths.ts'

/** One grid for the head and every row. */
export const fileGrid =
  'grid grid-cols-[28px_minmax(0,1fr)_32px] sm:grid-cols-[28px_minmax(0,1fr)_88px_124px_100px_32px] items-center gap-x-2 sm:gap-x-3'

export type RowAct = 'open' | 'download' | 'rename' | 'delete'

interface FileRowProps {
  readonly id: string
  readonly index: number
  readonly entry: FileEntry
  readonly topPx: number
  readonly heightPx: number
  readonly isChosen: boolean
  readonly isAt: boolean
  readonly isTarget: boolean
  readonly onAct: (entry: FileEntry, act: RowAct) => void
  readonly onChoose: (name: string) => void
}

const text = words.files

export const FileRow = memo(function FileRow(props: FileRowProps) {
  const { id, index, entry, topPx, heightPx, isChosen, isAt, isTarget, onAct, onChoose } = props
  const name = shownName(entry.name)
  return (
    // biome-ignore lint/a11y/useSemanticElements: rows out of sight are not drawn, which a table cannot do
    <div
      aria-rowindex={index + 2}
      aria-selected={isChosen}
      className={cx(
        'group absolute inset-x-0 border-b px-2 sm:px-4',
        fileGrid,
        isTarget ? 'bg-accent-soft' : isChosen ? 'bg-accent-soft/70' : 'hover:bg-hover',
        isAt &&
          'group-focus-visible/grid:outline-2 group-focus-visible/grid:-outline-offset-2 group-focus-visible/grid:outline-accent',
      )}
      data-name={entry.name}
      id={id}
      role="row"
      style={{ top: topPx, height: heightPx }}
      tabIndex={-1}
    >
      <Cell className="flex items-center justify-center">
        <label className="flex items-center justify-center max-sm:-m-2 max-sm:size-11">
          <input
            aria-label={text.choose(name)}
            checked={isChosen}
            className={cx(
              'accent-accent transition-opacity duration-100',
              !isChosen && 'pointer-fine:sm:opacity-0 pointer-fine:sm:group-hover:opacity-100',
            )}
            onChange={() => onChoose(entry.name)}
            onClick={(event) => event.stopPropagation()}
            tabIndex={-1}
            type="checkbox"
          />
        </label>
      </Cell>
      <Cell className="flex min-w-0 items-center gap-2.5">
        <Kind entry={entry} />
        <span className="min-w-0">
          <span className="flex min-w-0 items-baseline gap-2">
            <span
              className={cx('truncate text-sm', isHidden(entry) ? 'text-ink-2' : 'text-ink')}
              title={name}
            >
              {name}
            </span>
            <Target entry={entry} />
          </span>
          <span className="tabular block truncate text-ink-3 text-xs sm:hidden">
            {entry.kind === 'file' && `${bytes(entry.sizeBytes)} · `}
            <Modified atMs={entry.modifiedMs} />
          </span>
        </span>
      </Cell>
      <Cell className="tabular hidden text-right text-ink-2 text-sm sm:block">
        {entry.kind === 'file' ? (
          bytes(entry.sizeBytes)
        ) : (
          <span className="text-ink-3">{words.spaces.none}</span>
        )}
      </Cell>
      <Cell className="tabular hidden truncate pl-4 text-ink-2 text-sm sm:block">
        <Modified atMs={entry.modifiedMs} />
      </Cell>
      <Cell className="hidden font-mono text-ink-3 text-xs sm:block">{modeText(entry)}</Cell>
      <Cell>
        <Menu
          entries={[
            {
              kind: 'item',
              icon: FolderOpen,
              text: text.open,
              keys: 'enter',
              onSelect: () => onAct(entry, 'open'),
            },
            {
              kind: 'item',
              icon: Download,
              text: text.download,
              onSelect: () => onAct(entry, 'download'),
            },
            {
              kind: 'item',
              icon: PencilLine,
              text: text.rename,
              keys: 'f2',
              onSelect: () => onAct(entry, 'rename'),
            },
            { kind: 'line' },
            {
              kind: 'item',
              icon: Trash2,
              text: text.delete,
              keys: 'delete',
              danger: true,
              onSelect: () => onAct(entry, 'delete'),
            },
          ]}
          trigger={
            <IconButton
              className="pointer-fine:sm:opacity-0 pointer-fine:sm:group-hover:opacity-100 pointer-fine:sm:focus-visible:opacity-100 pointer-fine:sm:data-[state=open]:opacity-100"
              icon={Ellipsis}
              label={text.actionsFor(name)}
              onDoubleClick={(event) => event.stopPropagation()}
              tabIndex={-1}
            />
          }
        />
      </Cell>
    </div>
  )
})

function Cell({
  className,
  children,
}: {
  readonly className?: string
  readonly children: ReactNode
}) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: see the row
    // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus and names the row it is at
    <div className={className} role="gridcell">
      {children}
    </div>
  )
}

/** Beyond it a date says more than how many months it is ago. */
const RELATIVE_FOR_MS = 30 * 24 * 60 * 60 * 1000
const dates = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' })
const moments = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })

function Modified({ atMs }: { readonly atMs: number }) {
  const at = new Date(atMs).toISOString()
  if (Math.abs(Date.now() - atMs) < RELATIVE_FOR_MS) return <Moment at={at} />
  return (
    <time dateTime={at} title={moments.format(atMs)}>
      {dates.format(atMs)}
    </time>
  )
}

function iconOf(entry: FileEntry): LucideIcon {
  if (entry.kind === 'link') return isFolder(entry) ? FolderSymlink : FileSymlink
  if (entry.kind === 'folder') return Folder
  return entry.kind === 'file' ? File : FileQuestion
}

function Kind({ entry }: { readonly entry: FileEntry }) {
  const Icon = iconOf(entry)
  const isDir = isFolder(entry)
  return (
    <>
      <Icon
        aria-hidden="true"
        className={cx('shrink-0', isDir ? 'text-accent' : 'text-ink-3')}
        fill={entry.kind === 'folder' ? 'currentColor' : 'none'}
        fillOpacity={0.18}
        size={16}
      />
      <span className="sr-only">{text.kinds[entry.kind]}</span>
    </>
  )
}

function Target({ entry }: { readonly entry: FileEntry }) {
  if (entry.kind !== 'link') return null
  const target = shownName(entry.target ?? '')
  return (
    <span
      className={cx('truncate font-mono text-xs', entry.leads ? 'text-ink-3' : 'text-amber')}
      title={entry.leads ? text.leadsTo(target) : text.broken}
    >
      → {target}
      {!entry.leads && <span className="sr-only">, {text.broken}</span>}
    </span>
  )
}
