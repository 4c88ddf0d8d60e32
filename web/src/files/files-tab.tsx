// The files of a space: when it runs and is one's own the list, else what stands in the way.

import { getRouteApi } from '@tanstack/react-router'
import { Play } from 'lucide-react'
import { Suspense, useState } from 'react'
import type { Space } from '#protocol/api/spaces.ts'
import { useMe } from '../api/session.ts'
import { mayAsk } from '../api/space-action.ts'
import { askSpace } from '../api/spaces.ts'
import { useKeys } from '../app/use-keys.ts'
import { Button } from '../parts/button.tsx'
import { Empty } from '../parts/empty.tsx'
import { lazyPart } from '../parts/lazy-part.ts'
import { Loading } from '../parts/loading.tsx'
import { useCurrentSpace } from '../space/current.ts'
import { words } from '../words.ts'
import { ConflictDialog } from './conflict-dialog.tsx'
import { FolderView } from './folder-view.tsx'
import { joinPath } from './paths.ts'
import { TransferList } from './transfer-list.tsx'

const FileView = lazyPart(() => import('./file-view.tsx'), 'FileView')
const route = getRouteApi('/frame/spaces/$spaceId/files')

export function FilesTab() {
  const space = useCurrentSpace()
  const me = useMe()
  if (space.owner.id !== me.user.id) {
    return <Empty text={words.space.notYours.text} title={words.space.notYours.title} />
  }
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="min-h-0 grow">
        <Shown space={space} />
      </div>
      <TransferList spaceId={space.id} />
      <ConflictDialog />
    </div>
  )
}

function Shown({ space }: { readonly space: Space }) {
  const { path, open } = route.useSearch()
  const isRunning = space.state === 'running'
  const file = path === undefined || open === undefined ? undefined : joinPath(path, open)
  // What was opened while it ran stays when it stops: somebody may have typed into it.
  const [kept, setKept] = useState<string>()
  if (isRunning && kept !== file) setKept(file)
  if (!isRunning && (file === undefined || kept !== file)) return <NotRunning space={space} />
  if (path === undefined || open === undefined) {
    return <FolderView key={`${space.id} ${path}`} path={path} space={space} />
  }
  return (
    <Suspense
      fallback={
        <div className="px-4 sm:px-6">
          <Loading label={words.editor.loading} />
        </div>
      }
    >
      <FileView folder={path} key={file} name={open} spaceId={space.id} />
    </Suspense>
  )
}

function NotRunning({ space }: { readonly space: Space }) {
  const start = () => askSpace(space, 'start')
  const mayStart = mayAsk(space, 'start')
  useKeys(mayStart ? { enter: start } : {})
  if (!mayStart) return <Empty text={words.files.moving.text} title={words.files.moving.title} />
  return (
    <Empty text={words.files.stopped.text} title={words.files.stopped.title}>
      <Button icon={Play} kind="primary" onClick={start}>
        {words.spaces.actions.start}
      </Button>
    </Empty>
  )
}
