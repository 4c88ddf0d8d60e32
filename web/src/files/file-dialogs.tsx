// The dialogs of the list: a new folder, another name, and taking things away.

import { useState } from 'react'
import type { FileEntry } from '#protocol/api/files.ts'
import { Confirm } from '../parts/confirm.tsx'
import { toast } from '../parts/toast.ts'
import { words } from '../words.ts'
import { makeFolder, refreshFiles, removeFiles, renameFile } from './api.ts'
import { NameDialog } from './name-dialog.tsx'
import { joinPath, nameOf, normalize, parentOf, shownName } from './paths.ts'

export type Asked =
  | { readonly kind: 'folder' }
  | { readonly kind: 'rename'; readonly entry: FileEntry }
  | { readonly kind: 'delete'; readonly entries: readonly FileEntry[] }

interface FileDialogsProps {
  readonly asked: Asked | undefined
  readonly spaceId: string
  /** The folder that is shown. */
  readonly folder: string
  readonly onClose: () => void
  /** Where the cursor should be after it. */
  readonly onDone: (name: string | undefined) => void
}

const text = words.files

export function FileDialogs({ asked, ...props }: FileDialogsProps) {
  switch (asked?.kind) {
    case 'folder':
      return <MakeFolder {...props} />
    case 'rename':
      return <Rename entry={asked.entry} {...props} />
    case 'delete':
      return <Delete entries={asked.entries} {...props} />
    default:
      return null
  }
}

type PartProps = Omit<FileDialogsProps, 'asked'>

function MakeFolder({ spaceId, folder, onClose, onDone }: PartProps) {
  const make = async (name: string) => {
    await makeFolder(spaceId, joinPath(folder, name))
    await refreshFiles(spaceId)
    onDone(name)
  }
  const { title, name, action } = text.folderDialog
  return (
    <NameDialog
      action={action}
      label={name}
      name=""
      onClose={onClose}
      onName={make}
      slashes={false}
      title={title}
    />
  )
}

function Rename(props: PartProps & { readonly entry: FileEntry }) {
  const { spaceId, folder, entry, onClose, onDone } = props
  const rename = async (name: string) => {
    const to = normalize(name.startsWith('/') ? name : joinPath(folder, name))
    await renameFile(spaceId, joinPath(folder, entry.name), to)
    await refreshFiles(spaceId)
    const isHere = parentOf(to) === folder
    onDone(isHere ? nameOf(to) : undefined)
    if (!isHere) toast({ text: text.renamed(shownName(to)), tone: 'good' })
  }
  const { title, name, help, action } = text.renameDialog
  return (
    <NameDialog
      action={action}
      help={help}
      label={name}
      name={entry.name}
      onClose={onClose}
      onName={rename}
      slashes
      title={title(shownName(entry.name))}
    />
  )
}

function Delete(props: PartProps & { readonly entries: readonly FileEntry[] }) {
  const { spaceId, folder, entries, onClose, onDone } = props
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const [first] = entries
  const isOne = entries.length === 1
  const { one, more, file, folder: ofFolder, several, action } = text.deleteDialog
  const remove = () => {
    setBusy(true)
    const names = entries.map(({ name }) => name)
    removeFiles(spaceId, folder, names)
      .finally(() => {
        void refreshFiles(spaceId)
      })
      .then(
        () => {
          toast({ text: text.deleted(entries.length), tone: 'good' })
          onDone(undefined)
          onClose()
        },
        (caught: unknown) => {
          setError(caught)
          setBusy(false)
        },
      )
  }
  return (
    <Confirm
      action={action}
      busy={busy}
      error={error}
      onConfirm={remove}
      onOpenChange={(open) => !open && onClose()}
      open
      text={isOne ? (first?.kind === 'folder' ? ofFolder : file) : several}
      title={isOne ? one(shownName(first?.name ?? '')) : more(entries.length)}
    />
  )
}
