// How a port is reached that has no address of its own here: two lines that bring it to one's own machine.

import type { Space } from '#protocol/api/spaces.ts'
import { useSshDoor } from '../api/access.ts'
import { forwardLine, skeinPortLine } from '../connect/commands.ts'
import { Command } from '../parts/code-line.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { words } from '../words.ts'

const text = words.access

interface ReachPortProps {
  readonly space: Space
  readonly port: number
  readonly path: string
  readonly name: string
  readonly onClose: () => void
}

export function ReachPort({ space, port, path, name, onClose }: ReachPortProps) {
  const door = useSshDoor().data
  const url = `http://localhost:${port}${path}`
  return (
    <Dialog
      description={text.reachText}
      onOpenChange={(open) => !open && onClose()}
      open
      title={text.reachTitle(name)}
    >
      <div className="flex flex-col gap-4">
        <a
          className="touch self-start break-all font-mono text-accent text-sm underline underline-offset-2"
          href={url}
          rel="noreferrer"
          target="_blank"
        >
          {url}
        </a>
        {door && (
          <Command
            label={words.connect.copy(text.bySsh)}
            text={forwardLine({ space: space.name, door }, port)}
            title={text.bySsh}
          />
        )}
        <Command
          label={words.connect.copy(text.bySkein)}
          text={skeinPortLine(space.name, port)}
          title={text.bySkein}
        />
      </div>
    </Dialog>
  )
}
