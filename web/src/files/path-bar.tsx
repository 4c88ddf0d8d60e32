// Where one is: each folder above is a step away, and the whole can be typed.

import { CornerLeftUp, House, Pencil } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { cx } from '../parts/class.ts'
import { inputClass } from '../parts/field.tsx'
import { IconButton } from '../parts/icon-button.tsx'
import { words } from '../words.ts'
import { crumbsOf, parentOf, shownName, typedPath } from './paths.ts'

interface PathBarProps {
  /** Absolute; undefined until it is known. */
  readonly path: string | undefined
  readonly onPath: (path: string | undefined) => void
}

const text = words.files

export function PathBar({ path, onPath }: PathBarProps) {
  const [typing, setTyping] = useState(false)
  return (
    <div className="flex min-w-0 grow basis-72 items-center gap-1 max-sm:-ml-3">
      <IconButton icon={House} label={text.home} onClick={() => onPath(undefined)} />
      <IconButton
        disabled={path === undefined || path === '/'}
        icon={CornerLeftUp}
        keys="backspace"
        label={text.up}
        onClick={() => path !== undefined && onPath(parentOf(path))}
      />
      {typing && path !== undefined ? (
        <PathInput
          onClose={() => setTyping(false)}
          onPath={(next) => {
            setTyping(false)
            onPath(next)
          }}
          path={path}
        />
      ) : (
        <>
          <Crumbs onPath={onPath} path={path ?? ''} />
          <IconButton icon={Pencil} label={text.editPath} onClick={() => setTyping(true)} />
        </>
      )}
    </div>
  )
}

function Crumbs({
  path,
  onPath,
}: {
  readonly path: string
  readonly onPath: (path: string) => void
}) {
  const crumbs = crumbsOf(path)
  const list = useRef<HTMLOListElement>(null)
  // A deep path shows its end.
  useEffect(() => {
    if (list.current && path) list.current.scrollLeft = list.current.scrollWidth
  }, [path])
  return (
    <nav aria-label={text.path} className="min-w-0">
      <ol
        className="flex min-w-0 items-center overflow-x-auto font-mono text-sm [scrollbar-width:none]"
        ref={list}
      >
        {crumbs.map((crumb, index) => {
          const isLast = index === crumbs.length - 1
          return (
            <li className="flex shrink-0 items-center" key={crumb.path}>
              {index > 1 && (
                <span aria-hidden="true" className="text-ink-3">
                  /
                </span>
              )}
              <button
                aria-current={isLast ? 'location' : undefined}
                aria-label={index === 0 ? text.root : undefined}
                className={cx(
                  'min-h-10 min-w-10 rounded px-1 py-0.5 hover:bg-hover focus-visible:-outline-offset-2 sm:min-h-0 sm:min-w-0',
                  isLast ? 'font-medium text-ink' : 'text-ink-2 hover:text-ink',
                )}
                onClick={() => onPath(crumb.path)}
                type="button"
              >
                {shownName(crumb.name)}
              </button>
            </li>
          )
        })}
      </ol>
    </nav>
  )
}

interface PathInputProps {
  readonly path: string
  readonly onPath: (path: string | undefined) => void
  readonly onClose: () => void
}

function PathInput({ path, onPath, onClose }: PathInputProps) {
  const [typed, setTyped] = useState(path)
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => {
    input.current?.focus()
    input.current?.select()
  }, [])
  return (
    <form
      className="min-w-0 grow"
      onSubmit={(event) => {
        event.preventDefault()
        onPath(typedPath(typed, path))
      }}
    >
      <input
        aria-label={text.path}
        autoCapitalize="none"
        autoComplete="off"
        autoCorrect="off"
        className={cx(inputClass, 'h-10 font-mono sm:h-7')}
        onBlur={onClose}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => event.key === 'Escape' && onClose()}
        ref={input}
        spellCheck={false}
        value={typed}
      />
    </form>
  )
}
