// Everything that connects someone's own machine with a space, as lines to copy that work as they stand.

import { KeyRound } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import type { Space } from '#protocol/api/spaces.ts'
import type { SshAccess } from '#protocol/api/ssh.ts'
import { AddKey } from '../account/add-key.tsx'
import { algorithmName } from '../account/key-text.ts'
import { useSshDoor, useSshKeys } from '../api/access.ts'
import { RequestError } from '../net/request.ts'
import { Button, buttonClass } from '../parts/button.tsx'
import { CodeLine, Command } from '../parts/code-line.tsx'
import { Copy } from '../parts/copy.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { Loading } from '../parts/loading.tsx'
import { Advice, ErrorNotice } from '../parts/notice.tsx'
import { words } from '../words.ts'
import {
  editorUrl,
  forwardLine,
  type Place,
  rsyncLine,
  scpLine,
  skeinLines,
  sshLine,
  trustLine,
} from './commands.ts'

const text = words.connect
/** What most development servers listen on, where the space has no port to name. */
const EXAMPLE_PORT = 3000

interface ConnectProps {
  readonly space: Space
  readonly onClose: () => void
}

export function Connect({ space, onClose }: ConnectProps) {
  return (
    <Dialog
      description={text.text}
      onOpenChange={(open) => !open && onClose()}
      open
      title={text.to(space.name)}
      wide
    >
      <div className="flex flex-col gap-5">
        <BySsh space={space} />
        <BySkein space={space} />
      </div>
    </Dialog>
  )
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className="flex flex-col gap-2.5">
      <h3 className="font-semibold text-sm">{title}</h3>
      {children}
    </section>
  )
}

function BySsh({ space }: { readonly space: Space }) {
  const door = useSshDoor()
  if (door.isPending) return <Loading label={text.loading} />
  const isClosed = door.error instanceof RequestError && door.error.code === 'not_found'
  if (isClosed) return <Advice>{text.noSsh}</Advice>
  if (door.error) return <ErrorNotice error={door.error} retry={() => void door.refetch()} />
  const place = { space: space.name, door: door.data }
  const listening = space.ports.find((it) => it.listening !== false)
  const port = listening?.port ?? space.apps[0]?.port ?? EXAMPLE_PORT
  return (
    <>
      <Part title={text.ssh}>
        <NoKey />
        <CodeLine big label={text.copy(text.ssh)} text={sshLine(place)} />
        {space.state !== 'running' && <p className="text-ink-3 text-xs">{text.notRunning}</p>}
        <HostKeys door={door.data} />
      </Part>
      <Editors place={place} space={space} />
      <Part title={text.files}>
        <Command label={text.copy(text.scp)} text={scpLine(place)} title={text.scp} />
        <Command label={text.copy(text.rsync)} text={rsyncLine(place)} title={text.rsync} />
      </Part>
      <Part title={text.ports}>
        <Command
          label={text.copy(text.forward(port))}
          text={forwardLine(place, port)}
          title={text.forward(port)}
        />
      </Part>
    </>
  )
}

/** Said before the line that would be refused without one. */
function NoKey() {
  const keys = useSshKeys()
  const [adding, setAdding] = useState(false)
  return (
    <>
      {keys.data?.length === 0 && (
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2 rounded-md bg-amber-soft px-3 py-2.5 text-sm">
          <KeyRound aria-hidden="true" className="shrink-0 text-amber" size={16} />
          <div className="min-w-0 grow basis-56">
            <p className="font-medium">{text.noKey.title}</p>
            <p className="text-ink-2">{text.noKey.text}</p>
          </div>
          <Button onClick={() => setAdding(true)} small>
            {words.sshKeys.add}
          </Button>
        </div>
      )}
      {adding && <AddKey onClose={() => setAdding(false)} />}
    </>
  )
}

function HostKeys({ door }: { readonly door: SshAccess }) {
  return (
    <div className="text-ink-3 text-xs">
      <p>{text.fingerprint}</p>
      <ul>
        {door.hostKeys.map(({ algorithm, fingerprint }) => (
          <li className="flex min-w-0 flex-wrap items-center gap-x-2" key={fingerprint}>
            <Copy label={words.sshKeys.copyFingerprint} text={fingerprint} whole />
            {algorithmName(algorithm)}
          </li>
        ))}
      </ul>
      <details className="mt-1">
        <summary className="touch w-fit rounded hover:text-ink">{text.knownHosts}</summary>
        <div className="mt-1.5">
          <CodeLine label={text.copy(text.knownHosts)} text={trustLine(door)} />
        </div>
      </details>
    </div>
  )
}

function Editors({ place, space }: { readonly place: Place; readonly space: Space }) {
  return (
    <Part title={text.editors}>
      <div className="flex flex-wrap gap-2">
        <a className={buttonClass()} href={editorUrl('vscode', place, space.home)}>
          {text.vscode}
        </a>
        <a className={buttonClass()} href={editorUrl('cursor', place, space.home)}>
          {text.cursor}
        </a>
      </div>
      <p className="text-ink-3 text-xs">{text.editorsText}</p>
      <p className="text-ink-3 text-xs">
        {text.jetbrains}{' '}
        <span className="inline-flex flex-wrap items-center gap-x-3 align-middle">
          <Copy label={text.gateway.user} text={place.space} />
          <Copy label={text.gateway.host} text={place.door.host} />
          <Copy label={text.gateway.port} text={String(place.door.port)} />
        </span>
      </p>
    </Part>
  )
}

function BySkein({ space }: { readonly space: Space }) {
  const lines = skeinLines(location.origin, space.name)
  return (
    <Part title={text.skein}>
      <p className="text-ink-3 text-xs">{text.skeinText}</p>
      <Command label={text.copy(text.install)} text={lines.install} title={text.install} />
      <Command label={text.copy(text.login)} text={lines.login} title={text.login} />
      <Command label={text.copy(text.open)} text={lines.open} title={text.open} />
      <Command label={text.copy(text.config)} text={lines.config} title={text.config} />
    </Part>
  )
}
