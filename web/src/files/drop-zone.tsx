// Where files are dropped: onto the list, or onto a folder in it. Only files from outside are meant.

import { Upload } from 'lucide-react'
import { type DragEvent, type ReactNode, useRef, useState } from 'react'
import type { FileEntry } from '#protocol/api/files.ts'
import { toastError } from '../parts/toast.ts'
import { words } from '../words.ts'
import { type Dropped, readDrop } from './drop.ts'
import { isFolder, joinPath, shownName } from './paths.ts'

interface DropZoneProps {
  readonly path: string
  readonly entries: readonly FileEntry[]
  readonly writable: boolean
  /** Undefined when it was too much; a name when a folder in the list was meant. */
  readonly onDrop: (dropped: readonly Dropped[] | undefined, name: string | undefined) => void
  /** Is given the folder that would take it. */
  readonly children: (target: string | undefined) => ReactNode
}

export function DropZone({ path, entries, writable, onDrop, children }: DropZoneProps) {
  const [over, setOver] = useState(false)
  const [target, setTarget] = useState<string>()
  /** Entering a child leaves its parent: only when as many were left as entered is the pointer gone. */
  const depth = useRef(0)
  const targetOf = (event: DragEvent): string | undefined => {
    const row =
      event.target instanceof Element ? event.target.closest<HTMLElement>('[data-name]') : null
    const entry = entries.find(({ name }) => name === row?.dataset.name)
    return entry && isFolder(entry) ? entry.name : undefined
  }
  const end = () => {
    depth.current = 0
    setOver(false)
    setTarget(undefined)
  }
  const hasFiles = (event: DragEvent) => event.dataTransfer.types.includes('Files')
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a pointer's way; the upload button is everyone's
    <div
      className="relative flex h-full min-h-0 flex-col"
      onDragEnter={(event) => {
        if (!hasFiles(event)) return
        depth.current++
        setOver(true)
      }}
      onDragLeave={() => {
        depth.current--
        if (depth.current <= 0) end()
      }}
      onDragOver={(event) => {
        if (!hasFiles(event)) return
        event.preventDefault()
        const onto = targetOf(event)
        event.dataTransfer.dropEffect = writable || onto !== undefined ? 'copy' : 'none'
        setTarget(onto)
      }}
      onDrop={(event) => {
        if (!hasFiles(event)) return
        event.preventDefault()
        const onto = targetOf(event)
        end()
        readDrop(event.dataTransfer).then((dropped) => onDrop(dropped, onto), toastError)
      }}
    >
      {children(target)}
      {over && (
        <div className="pointer-events-none absolute inset-0 z-20 flex items-end justify-center border-2 border-accent bg-accent-soft/40 pb-16">
          <p className="flex items-center gap-2 rounded-md bg-raised px-4 py-2 text-sm shadow-float">
            <Upload aria-hidden="true" className="text-accent" size={16} />
            {words.files.drop(shownName(target === undefined ? path : joinPath(path, target)))}
          </p>
        </div>
      )}
    </div>
  )
}
