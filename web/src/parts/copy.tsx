// Small copyable text: ids, names, addresses.

import { Check, Copy as CopyIcon } from 'lucide-react'
import { useState } from 'react'
import { words } from '../words.ts'
import { copyText } from './copy-text.ts'
import { Tip } from './tip.tsx'

const SHOWN_MS = 1_500

interface CopyProps {
  readonly text: string
  /** What it is, for those who hear the page. */
  readonly label: string
  /** Shown in place of the whole text. */
  readonly short?: string
  /** Wraps where it is long: to be compared letter by letter. */
  readonly whole?: boolean
}

export function Copy({ text, label, short, whole }: CopyProps) {
  const [copied, setCopied] = useState(false)
  const copy = () =>
    void copyText(text).then((done) => {
      if (!done) return
      setCopied(true)
      setTimeout(() => setCopied(false), SHOWN_MS)
    })
  const Icon = copied ? Check : CopyIcon
  return (
    <Tip text={copied ? words.actions.copied : label}>
      <button
        aria-label={`${label}: ${text}`}
        className="touch group inline-flex max-w-full items-center gap-1.5 rounded font-mono text-ink-2 text-xs hover:text-ink"
        onClick={copy}
        type="button"
      >
        <span className={whole ? 'break-all text-left' : 'truncate'}>{short ?? text}</span>
        <Icon aria-hidden="true" className="shrink-0 text-ink-3" size={13} />
      </button>
    </Tip>
  )
}
