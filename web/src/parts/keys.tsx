// A key or a sequence of keys, as printed on the keyboard in front of the reader.

import { Fragment } from 'react'
import { cx } from './class.ts'

const isMac = /Mac|iPhone|iPad/.test(navigator.platform)

const names: Record<string, string> = {
  ctrl: 'Ctrl',
  mod: isMac ? '⌘' : 'Ctrl',
  enter: 'Enter',
  escape: 'Esc',
  backspace: 'Backspace',
  space: 'Space',
  delete: 'Delete',
  f2: 'F2',
  tab: 'Tab',
  shift: isMac ? '⇧' : 'Shift',
}

/** `mod+k`, `g s`, `?` */
export function Keys({ keys, faint }: { readonly keys: string; readonly faint?: boolean }) {
  return (
    <span className="inline-flex items-center gap-1">
      {keys.split(' ').map((chord, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a sequence never changes order
        <Fragment key={index}>
          {chord.split('+').map((key) => (
            <kbd
              className={cx(
                'inline-flex h-[18px] min-w-[18px] items-center justify-center rounded-[4px] border px-1 font-sans text-2xs',
                faint ? 'border-line text-ink-3' : 'border-line-strong bg-sunken text-ink-2',
              )}
              key={key}
            >
              {names[key] ?? (chord.includes('+') ? key.toUpperCase() : key)}
            </kbd>
          ))}
        </Fragment>
      ))}
    </span>
  )
}
