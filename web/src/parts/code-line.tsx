// A command to copy, whole and as it stands: long ones wrap, so that a phone shows them, too.

import { Check, Copy } from 'lucide-react'
import { Fragment, type ReactNode, useState } from 'react'
import { copyText } from './copy-text.ts'
import { IconButton } from './icon-button.tsx'

const SHOWN_MS = 1_500

interface CodeLineProps {
  readonly text: string
  /** What copying it does, for those who hear the page. */
  readonly label: string
  readonly big?: boolean
}

export function CodeLine({ text, label, big }: CodeLineProps) {
  const [copied, setCopied] = useState(false)
  const copy = () =>
    void copyText(text).then((done) => {
      if (!done) return
      setCopied(true)
      setTimeout(() => setCopied(false), SHOWN_MS)
    })
  return (
    <div className="flex items-start gap-2 rounded-md border bg-sunken py-1 pr-1 pl-3">
      <code
        className={`min-w-0 grow self-center font-mono text-ink ${big ? 'py-1 text-sm sm:text-base' : 'text-xs'}`}
      >
        <Words text={text} />
      </code>
      <IconButton icon={copied ? Check : Copy} label={label} onClick={copy} />
    </div>
  )
}

/** Broken between words, and within one only where it is longer than a line: a name with hyphens stays whole. */
function Words({ text }: { readonly text: string }) {
  return text.split(' ').map((word, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a command's words never change order
    <Fragment key={index}>
      {index > 0 && ' '}
      <span className="inline-block max-w-full break-all align-bottom">{word}</span>
    </Fragment>
  ))
}

/** A command with the words for what it does above it. */
export function Command({ title, ...line }: CodeLineProps & { readonly title: ReactNode }) {
  return (
    <div>
      <p className="mb-1 text-ink-3 text-xs">{title}</p>
      <CodeLine {...line} />
    </div>
  )
}
