// What can be done with an app or a port: open it, copy its address, share it; or learn how to reach it.

import { Copy, ExternalLink, Share2, Terminal } from 'lucide-react'
import { Suspense, useState } from 'react'
import type { PortAccess, Space } from '#protocol/api/spaces.ts'
import { useMe } from '../api/session.ts'
import { Button, buttonClass } from '../parts/button.tsx'
import { copyText } from '../parts/copy-text.ts'
import { IconButton } from '../parts/icon-button.tsx'
import { lazyPart } from '../parts/lazy-part.ts'
import { toast } from '../parts/toast.ts'
import { words } from '../words.ts'
import { mayOpen } from './may-open.ts'

const SharePort = lazyPart(() => import('./share-port.tsx'), 'SharePort')
const ReachPort = lazyPart(() => import('./reach-port.tsx'), 'ReachPort')
const text = words.access

interface PortActionsProps {
  readonly space: Space
  readonly port: number
  readonly name: string
  readonly path?: string
  readonly access: Partial<PortAccess>
  readonly mine: boolean
}

type Floating = 'none' | 'share' | 'reach'

export function PortActions({ space, port, name, path = '/', access, mine }: PortActionsProps) {
  const [floating, setFloating] = useState<Floating>('none')
  const userId = useMe().user.id
  const url = mayOpen(access, { mine, userId }) ? access.url : undefined
  const close = () => setFloating('none')
  const copy = () =>
    url !== undefined &&
    void copyText(url).then((done) => done && toast({ text: words.actions.copied, tone: 'good' }))
  return (
    <div className="flex shrink-0 items-center justify-end gap-1">
      {mine && (
        <IconButton
          icon={Share2}
          label={text.shareNamed(name)}
          onClick={() => setFloating('share')}
        />
      )}
      {url === undefined && mine && (
        <Button
          aria-label={text.reachNamed(name)}
          icon={Terminal}
          onClick={() => setFloating('reach')}
          small
        >
          {text.reach}
        </Button>
      )}
      {url !== undefined && (
        <>
          <IconButton icon={Copy} label={text.copyUrl(name)} onClick={copy} />
          <a
            aria-label={text.openNamed(name)}
            className={buttonClass('plain', true)}
            href={url}
            rel="noreferrer"
            target="_blank"
          >
            <ExternalLink aria-hidden="true" size={15} />
            {text.open}
          </a>
        </>
      )}
      <Suspense fallback={null}>
        {floating === 'share' && (
          <SharePort access={access} name={name} onClose={close} port={port} space={space} />
        )}
        {floating === 'reach' && (
          <ReachPort name={name} onClose={close} path={path} port={port} space={space} />
        )}
      </Suspense>
    </div>
  )
}
