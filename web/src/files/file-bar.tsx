// What can be done in this folder, and the bar that takes its place while something is selected.

import {
  Download,
  Ellipsis,
  Eye,
  EyeOff,
  FilePlus2,
  FolderPlus,
  FolderUp,
  PencilLine,
  RotateCw,
  Trash2,
  Upload,
  X,
} from 'lucide-react'
import { type RefObject, useRef } from 'react'
import { bytes } from '../format/quantity.ts'
import { Button } from '../parts/button.tsx'
import { cx } from '../parts/class.ts'
import { inputClass } from '../parts/field.tsx'
import { IconButton } from '../parts/icon-button.tsx'
import { Menu } from '../parts/menu.tsx'
import { words } from '../words.ts'
import { type Dropped, readChosen } from './drop.ts'
import { prefer, useListPreference } from './use-preference.ts'

const text = words.files

/** React's types do not know it yet. */
const wholeFolder: object = { webkitdirectory: '' }

interface FileBarProps {
  readonly filter: string
  readonly filterInput: RefObject<HTMLInputElement | null>
  readonly writable: boolean
  readonly onFilter: (filter: string) => void
  readonly onList: () => void
  readonly onNewFolder: () => void
  readonly onDownload: () => void
  readonly onRefresh: () => void
  readonly onUpload: (dropped: readonly Dropped[] | undefined) => void
}

export function FileBar(props: FileBarProps) {
  const { filter, filterInput, writable, onFilter, onList, onNewFolder, onDownload } = props
  const { hidden } = useListPreference()
  return (
    <div className="flex grow items-center gap-1.5 sm:grow-0">
      <input
        aria-label={text.filterBy}
        autoComplete="off"
        className={cx(inputClass, 'h-11 min-w-0 grow sm:h-8 sm:w-40')}
        onChange={(event) => onFilter(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onFilter('')
          if (event.key === 'Escape' || event.key === 'ArrowDown' || event.key === 'Enter') {
            event.preventDefault()
            onList()
          }
        }}
        placeholder={text.filter}
        ref={filterInput}
        spellCheck={false}
        type="search"
        value={filter}
      />
      <IconButton
        aria-pressed={hidden}
        icon={hidden ? Eye : EyeOff}
        label={hidden ? text.hideHidden : text.showHidden}
        onClick={() => prefer({ hidden: !hidden })}
      />
      <Menu
        entries={[
          { kind: 'item', icon: Download, text: text.downloadFolder, onSelect: onDownload },
          { kind: 'item', icon: RotateCw, text: text.refresh, onSelect: props.onRefresh },
        ]}
        trigger={<IconButton icon={Ellipsis} label={text.more} />}
      />
      <Button
        aria-label={text.newFolder}
        disabled={!writable}
        icon={FolderPlus}
        onClick={onNewFolder}
      >
        <span className="max-lg:hidden">{text.newFolder}</span>
      </Button>
      <UploadButton disabled={!writable} onUpload={props.onUpload} />
    </div>
  )
}

function UploadButton(props: Pick<FileBarProps, 'onUpload'> & { readonly disabled: boolean }) {
  const files = useRef<HTMLInputElement>(null)
  const folder = useRef<HTMLInputElement>(null)
  const chosen = (input: HTMLInputElement) => {
    if (input.files) props.onUpload(readChosen(input.files))
    input.value = ''
  }
  const hidden = { className: 'sr-only', tabIndex: -1, type: 'file' } as const
  return (
    <>
      <input
        {...hidden}
        aria-label={text.uploadFiles}
        multiple
        onChange={(event) => chosen(event.currentTarget)}
        ref={files}
      />
      <input
        {...hidden}
        aria-label={text.uploadFolder}
        onChange={(event) => chosen(event.currentTarget)}
        ref={folder}
        {...wholeFolder}
      />
      <Menu
        entries={[
          {
            kind: 'item',
            icon: FilePlus2,
            text: text.uploadFiles,
            onSelect: () => files.current?.click(),
          },
          {
            kind: 'item',
            icon: FolderUp,
            text: text.uploadFolder,
            onSelect: () => folder.current?.click(),
          },
        ]}
        trigger={
          <Button disabled={props.disabled} icon={Upload} kind="primary">
            {text.upload}
          </Button>
        }
      />
    </>
  )
}

interface SelectionBarProps {
  readonly count: number
  readonly sizeBytes: number
  readonly writable: boolean
  readonly onDownload: () => void
  readonly onRename: () => void
  readonly onDelete: () => void
  readonly onClear: () => void
}

export function SelectionBar(props: SelectionBarProps) {
  const { count, sizeBytes, writable } = props
  return (
    <div className="flex h-12 shrink-0 items-center gap-1.5 border-t bg-accent-soft px-2 text-sm sm:h-9 sm:px-4">
      <p className="tabular grow truncate pl-2" role="status">
        {text.selected(count)}
        {sizeBytes > 0 && <span className="text-ink-2"> · {bytes(sizeBytes)}</span>}
      </p>
      <Button icon={Download} kind="quiet" onClick={props.onDownload} small>
        {text.download}
      </Button>
      {count === 1 && (
        <Button
          className="max-sm:hidden"
          disabled={!writable}
          icon={PencilLine}
          kind="quiet"
          onClick={props.onRename}
          small
        >
          {text.rename}
        </Button>
      )}
      <Button disabled={!writable} icon={Trash2} kind="quiet" onClick={props.onDelete} small>
        {text.delete}
      </Button>
      <IconButton icon={X} keys="escape" label={text.clearSelection} onClick={props.onClear} />
    </div>
  )
}
