// Recovery codes, shown once.

import { Check, Copy } from 'lucide-react'
import { useState } from 'react'
import { Button } from '../parts/button.tsx'
import { copyText } from '../parts/copy-text.ts'
import { DialogActions } from '../parts/dialog.tsx'
import { words } from '../words.ts'

const text = words.factor

interface RecoveryCodesProps {
  readonly codes: readonly string[]
  readonly onClose: () => void
}

export function RecoveryCodes({ codes, onClose }: RecoveryCodesProps) {
  const [copied, setCopied] = useState(false)
  const copy = () => void copyText(codes.join('\n')).then((done) => done && setCopied(true))
  return (
    <>
      <ul className="grid grid-cols-2 gap-x-6 gap-y-1 rounded-md border bg-sunken px-4 py-3 font-mono text-sm">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <DialogActions>
        <Button icon={copied ? Check : Copy} onClick={copy}>
          {copied ? words.actions.copied : text.copyCodes}
        </Button>
        <Button kind="primary" onClick={onClose}>
          {text.kept}
        </Button>
      </DialogActions>
    </>
  )
}
