// The page of keys, shown by `?`.

import { Dialog } from '../parts/dialog.tsx'
import { Keys } from '../parts/keys.tsx'
import { words } from '../words.ts'

const { groups, ...what } = words.keys

const sheet: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
  [
    groups.anywhere,
    [
      ['mod+k', what.palette],
      ['g s', what.goSpaces],
      ['g t', what.goTemplates],
      ['g c', what.goCluster],
      ['n', what.newSpace],
      ['?', what.help],
    ],
  ],
  [
    groups.spaces,
    [
      ['enter', what.openRecent],
      ['/', what.filter],
      ['j k', what.move],
    ],
  ],
  [groups.space, [['c', what.connect]]],
  [groups.form, [['mod+enter', what.submit]]],
  [
    groups.terminal,
    [
      ['ctrl+shift+f', what.search],
      ['ctrl+shift+c', what.copy],
      ['ctrl+shift+v', what.paste],
      ['ctrl+shift+x', what.leaveTerminal],
    ],
  ],
  [
    groups.files,
    [
      ['enter', what.openFile],
      ['backspace', what.upFolder],
      ['space', what.selectFile],
      ['mod+a', what.selectAll],
      ['f2', what.renameFile],
      ['delete', what.deleteFile],
      ['mod+s', what.saveFile],
      ['escape tab', what.leaveEditor],
    ],
  ],
  [
    groups.template,
    [
      ['ctrl+space', what.complete],
      ['mod+.', what.mend],
      ['f8', what.nextProblem],
      ['mod+s', what.publish],
      ['escape tab', what.leaveEditor],
    ],
  ],
]

export function KeysHelp({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog isText onOpenChange={(open) => !open && onClose()} open title={words.keys.title}>
      <div className="flex flex-col gap-5">
        {sheet.map(([group, keys]) => (
          <section key={group}>
            <h3 className="mb-1 font-medium text-ink-3 text-xs">{group}</h3>
            <dl>
              {keys.map(([key, text]) => (
                <div className="flex h-8 items-center justify-between gap-4 text-sm" key={key}>
                  <dt>{text}</dt>
                  <dd>
                    <Keys keys={key} />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  )
}
