// One file: text in the editor, a picture as one, anything else as something to download.

import { useQuery } from '@tanstack/react-query'
import { useBlocker, useNavigate } from '@tanstack/react-router'
import { ArrowLeft, Download, Save } from 'lucide-react'
import { type ReactNode, Suspense, useEffect, useState } from 'react'
import { keys } from '../api/keys.ts'
import { bytes } from '../format/quantity.ts'
import { Button, buttonClass } from '../parts/button.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { Empty } from '../parts/empty.tsx'
import { IconButton } from '../parts/icon-button.tsx'
import { lazyPart } from '../parts/lazy-part.ts'
import { Loading } from '../parts/loading.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { words } from '../words.ts'
import { contentUrl, fetchContent, statFile } from './api.ts'
import { ChangedDialog } from './changed-dialog.tsx'
import { joinPath, shownName } from './paths.ts'
import { decodeText, MAX_TEXT_BYTES, pictureType, type TextFile } from './text.ts'
import { type Saving, useSaving } from './use-saving.ts'

const TextEditor = lazyPart(() => import('./text-editor.tsx'), 'TextEditor')
const MAX_PICTURE_BYTES = 20 * 1024 * 1024

interface FileViewProps {
  readonly spaceId: string
  readonly folder: string
  readonly name: string
}

type Opened =
  | {
      readonly kind: 'text'
      readonly file: TextFile
      readonly etag: string
      readonly writable: boolean
    }
  | { readonly kind: 'picture'; readonly blob: Blob }
  | { readonly kind: 'large' | 'binary'; readonly sizeBytes: number }

export function FileView({ spaceId, folder, name }: FileViewProps) {
  const path = joinPath(folder, name)
  const [run, setRun] = useState(0)
  const opened = useQuery({
    queryKey: keys.file(spaceId, path, run),
    queryFn: ({ signal }) => openFile(spaceId, path, signal),
    // What is being edited must not change under the hands.
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
    gcTime: 0,
  })
  if (opened.data?.kind === 'text') {
    const { file, etag, writable } = opened.data
    return (
      <Editing
        etag={etag}
        file={file}
        key={run}
        onReload={() => setRun(run + 1)}
        path={path}
        place={{ spaceId, folder, name }}
        writable={writable}
      />
    )
  }
  return (
    <Frame place={{ spaceId, folder, name }}>
      {opened.error ? (
        <div className="max-w-2xl p-4 sm:px-6">
          <ErrorNotice error={opened.error} retry={() => void opened.refetch()} />
        </div>
      ) : opened.data ? (
        <Shown name={name} opened={opened.data} url={contentUrl(spaceId, path)} />
      ) : (
        <div className="px-4 sm:px-6">
          <Loading label={words.editor.loading} />
        </div>
      )}
    </Frame>
  )
}

async function openFile(spaceId: string, path: string, signal: AbortSignal): Promise<Opened> {
  const { sizeBytes } = await statFile(spaceId, path)
  const picture = pictureType(path)
  const most = picture ? MAX_PICTURE_BYTES : MAX_TEXT_BYTES
  if (sizeBytes > most) return { kind: 'large', sizeBytes }
  const { bytes: content, etag, writable } = await fetchContent(spaceId, path, signal)
  if (picture) return { kind: 'picture', blob: new Blob([content], { type: picture }) }
  const file = decodeText(content)
  return file ? { kind: 'text', file, etag, writable } : { kind: 'binary', sizeBytes }
}

interface ShownProps {
  readonly name: string
  readonly url: string
  readonly opened: Exclude<Opened, { kind: 'text' }>
}

function Shown({ name, url, opened }: ShownProps) {
  if (opened.kind === 'picture') return <Picture blob={opened.blob} name={name} />
  const { tooLarge, binary } = words.editor
  const isLarge = opened.kind === 'large'
  const say = isLarge ? tooLarge.text(bytes(MAX_TEXT_BYTES)) : binary.text
  return (
    <Empty text={say} title={isLarge ? tooLarge.title : binary.title}>
      <a className={buttonClass('primary')} download href={url}>
        <Download aria-hidden="true" size={15} />
        {words.files.download} ({bytes(opened.sizeBytes)})
      </a>
    </Empty>
  )
}

function Picture({ blob, name }: { readonly blob: Blob; readonly name: string }) {
  const [url, setUrl] = useState<string>()
  useEffect(() => {
    const made = URL.createObjectURL(blob)
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [blob])
  if (!url) return null
  return (
    <div className="flex h-full items-center justify-center overflow-auto bg-sunken p-4">
      <img
        alt={words.editor.picture(shownName(name))}
        className="max-h-full max-w-full"
        src={url}
      />
    </div>
  )
}

interface FrameProps {
  readonly place: FileViewProps
  readonly state?: ReactNode
  readonly actions?: ReactNode
  readonly children: ReactNode
}

function Frame({ place, state, actions, children }: FrameProps) {
  const navigate = useNavigate()
  const { spaceId, folder, name } = place
  const close = () =>
    void navigate({ to: '/spaces/$spaceId/files', params: { spaceId }, search: { path: folder } })
  return (
    <div className="flex h-full min-h-0 flex-col">
      <header className="flex min-h-12 shrink-0 items-center gap-2 border-b px-2 py-1.5 sm:px-4 sm:py-2">
        <IconButton icon={ArrowLeft} label={words.editor.close} onClick={close} />
        <h2 className="flex min-w-0 grow items-baseline font-mono text-sm">
          <span className="truncate text-ink-3 max-sm:hidden">
            {shownName(joinPath(folder, ''))}
          </span>
          <span className="truncate font-medium">{shownName(name)}</span>
        </h2>
        <p className="shrink-0 text-ink-2 text-xs max-sm:max-w-[45%] max-sm:shrink" role="status">
          {state}
        </p>
        <a
          aria-label={words.files.download}
          className={buttonClass('plain')}
          download
          href={contentUrl(spaceId, joinPath(folder, name))}
        >
          <Download aria-hidden="true" size={15} />
          <span className="max-sm:hidden">{words.files.download}</span>
        </a>
        {actions}
      </header>
      <div className="min-h-0 grow">{children}</div>
    </div>
  )
}

interface EditingProps {
  readonly place: FileViewProps
  readonly path: string
  readonly file: TextFile
  readonly etag: string
  readonly writable: boolean
  readonly onReload: () => void
}

function Editing({ place, path, onReload, ...opened }: EditingProps) {
  // As it was opened: what is fetched later, e.g. after the connection was lost, must not take the place of what was typed.
  const [{ file, etag, writable }] = useState(opened)
  const saving = useSaving(place.spaceId, path, file.text, etag)
  return (
    <Frame
      actions={
        writable && (
          <Button
            busy={saving.state === 'saving'}
            disabled={!saving.isDirty}
            icon={Save}
            kind="primary"
            onClick={saving.save}
          >
            {words.editor.save}
          </Button>
        )
      }
      place={place}
      state={<SaveState saving={saving} writable={writable} />}
    >
      <div className="flex h-full min-h-0 flex-col">
        {saving.error != null && (
          <ErrorNotice className="m-2 shrink-0" error={saving.error} retry={saving.save} />
        )}
        <div className="min-h-0 grow">
          <Suspense
            fallback={
              <div className="px-4 sm:px-6">
                <Loading label={words.editor.loading} />
              </div>
            }
          >
            <TextEditor
              file={file}
              name={place.name}
              onSave={saving.save}
              onText={saving.setText}
              readOnly={!writable}
            />
          </Suspense>
        </div>
      </div>
      <ChangedDialog
        name={place.name}
        onReload={onReload}
        path={path}
        saving={saving}
        spaceId={place.spaceId}
      />
      <LeaveQuestion isDirty={saving.isDirty} name={place.name} />
    </Frame>
  )
}

function SaveState({ saving, writable }: { readonly saving: Saving; readonly writable: boolean }) {
  if (!writable) return words.editor.readOnly
  if (saving.state === 'saving') return words.editor.saving
  if (!saving.isDirty) return saving.state === 'saved' ? words.editor.saved : null
  return (
    <span className="inline-flex items-center gap-1.5 text-amber">
      <span aria-hidden="true" className="size-2 rounded-full bg-amber" />
      {words.editor.unsaved}
    </span>
  )
}

function LeaveQuestion({ isDirty, name }: { readonly isDirty: boolean; readonly name: string }) {
  const blocker = useBlocker({
    shouldBlockFn: () => isDirty,
    enableBeforeUnload: () => isDirty,
    withResolver: true,
  })
  const { title, text, action } = words.editor.leave
  if (blocker.status !== 'blocked') return null
  return (
    <Confirm
      action={action}
      onConfirm={blocker.proceed}
      onOpenChange={(open) => !open && blocker.reset()}
      open
      text={text(shownName(name))}
      title={title}
    />
  )
}
