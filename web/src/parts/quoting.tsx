// A sentence of the server, in which what stands between backquotes was or will be typed.

import { Fragment } from 'react'

export function Quoting({ text }: { readonly text: string }) {
  return text.split('`').map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a sentence's parts never change order
    <Fragment key={index}>
      {index % 2 === 1 ? <code className="break-words font-mono text-xs">{part}</code> : part}
    </Fragment>
  ))
}
