// Setting a second factor up: the password, a picture to scan, a code that proves it was, and the recovery codes.

import { type FormEvent, useState } from 'react'
import { encode } from 'uqr'
import type { Enrolment } from '#protocol/api/factors.ts'
import { useConfirmFactor, useEnrol } from '../api/factor.ts'
import { Button } from '../parts/button.tsx'
import { Command } from '../parts/code-line.tsx'
import { Dialog, DialogActions } from '../parts/dialog.tsx'
import { TextField } from '../parts/field.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { words } from '../words.ts'
import { ProvePassword } from './prove-password.tsx'
import { RecoveryCodes } from './recovery-codes.tsx'

const text = words.factor

export function Enrol({ onClose }: { readonly onClose: () => void }) {
  const enrol = useEnrol()
  const [codes, setCodes] = useState<readonly string[]>()
  const description = codes ? text.recoveryText : enrol.data ? text.scan : text.prove
  return (
    <Dialog
      description={description}
      onOpenChange={(open) => !open && onClose()}
      open
      title={codes ? text.recoveryTitle : text.setUpTitle}
    >
      {codes && <RecoveryCodes codes={codes} onClose={onClose} />}
      {!codes && enrol.data && <Scan enrolment={enrol.data} onClose={onClose} onDone={setCodes} />}
      {!codes && !enrol.data && (
        <ProvePassword
          action={text.next}
          busy={enrol.isPending}
          error={enrol.error}
          kind="primary"
          onClose={onClose}
          onProve={(password) => enrol.mutate(password)}
        />
      )}
    </Dialog>
  )
}

interface ScanProps {
  readonly enrolment: Enrolment
  readonly onDone: (codes: readonly string[]) => void
  readonly onClose: () => void
}

function Scan({ enrolment, onDone, onClose }: ScanProps) {
  const [code, setCode] = useState('')
  const confirm = useConfirmFactor()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    confirm.mutate(code.trim(), { onSuccess: ({ codes }) => onDone(codes) })
  }
  return (
    <form className="flex flex-col gap-4" noValidate onSubmit={submit}>
      <Picture uri={enrolment.uri} />
      <Command label={text.copySecret} text={spaced(enrolment.secret)} title={text.byHand} />
      <TextField
        autoComplete="one-time-code"
        autoFocus
        inputMode="numeric"
        label={text.code}
        maxLength={7}
        mono
        onValue={setCode}
        value={code}
      />
      {confirm.error && <ErrorNotice error={confirm.error} />}
      <DialogActions>
        <Button kind="quiet" onClick={onClose}>
          {words.actions.cancel}
        </Button>
        <Button busy={confirm.isPending} disabled={code.trim() === ''} kind="primary" type="submit">
          {text.confirm}
        </Button>
      </DialogActions>
    </form>
  )
}

/** In fours, as it is read out and typed. */
const spaced = (secret: string): string => secret.replace(/(.{4})(?=.)/g, '$1 ')

/** Dark on light in either theme: many scanners read nothing else. Four modules of margin (ISO/IEC 18004). */
function Picture({ uri }: { readonly uri: string }) {
  const { size, data } = encode(uri, { ecc: 'M', border: 4 })
  const path = data
    .flatMap((line, y) => line.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : '')))
    .join('')
  return (
    <svg
      aria-label={text.picture}
      className="size-52 self-center"
      role="img"
      shapeRendering="crispEdges"
      viewBox={`0 0 ${size} ${size}`}
    >
      <rect fill="#fff" height={size} rx={1} width={size} />
      <path d={path} fill="#000" />
    </svg>
  )
}
