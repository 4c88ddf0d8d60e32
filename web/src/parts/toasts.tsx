// Where toasts appear: bottom right, above everything, heard as they come.

import { Check, CircleAlert, X } from 'lucide-react'
import { useSyncExternalStore } from 'react'
import { words } from '../words.ts'
import { Quoting } from './quoting.tsx'
import { dismiss, toasts } from './toast.ts'

export function Toasts() {
  const all = useSyncExternalStore(toasts.subscribe, toasts.get)
  return (
    <div
      aria-live="polite"
      className="pointer-events-none fixed right-4 bottom-4 z-50 flex w-[min(380px,calc(100vw-32px))] flex-col gap-2"
      role="status"
    >
      {all.map((each) => {
        const Icon = each.tone === 'good' ? Check : CircleAlert
        return (
          <div
            className="arriving pointer-events-auto flex gap-2.5 rounded-md border border-line bg-raised px-3 py-2.5 text-sm shadow-float"
            key={each.id}
          >
            <Icon
              aria-hidden="true"
              className={`mt-0.5 shrink-0 ${each.tone === 'good' ? 'text-green' : 'text-red'}`}
              size={16}
            />
            <div className="min-w-0 grow">
              <p className="text-ink">{each.text}</p>
              {each.hint && (
                <p className="text-ink-2">
                  <Quoting text={each.hint} />
                </p>
              )}
              {each.code && <code className="font-mono text-ink-3 text-xs">{each.code}</code>}
            </div>
            {each.action && (
              <button
                className="touch h-6 shrink-0 self-center rounded px-1.5 font-medium text-accent hover:bg-hover"
                onClick={() => {
                  dismiss(each.id)
                  each.action?.run()
                }}
                type="button"
              >
                {each.action.text}
              </button>
            )}
            <button
              aria-label={words.actions.close}
              className="touch -m-1 size-6 shrink-0 rounded p-1 text-ink-3 hover:bg-hover hover:text-ink"
              onClick={() => dismiss(each.id)}
              type="button"
            >
              <X aria-hidden="true" size={16} />
            </button>
          </div>
        )
      })}
    </div>
  )
}
