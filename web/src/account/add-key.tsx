// Registers an SSH key: pasted, dropped as a file, or chosen.

import { FileUp } from 'lucide-react'
import { type DragEvent, type FormEvent, useRef, useState } from 'react'
import { MAX_CREDENTIAL_NAME_CHARS, MAX_KEY_LINE_CHARS } from '#protocol/api/credential-limits.ts'
import { newId } from '#protocol/ids.ts'
import { useAddKey } from '../api/access.ts'
import { Button } from '../parts/button.tsx'
import { cx } from '../parts/class.ts'
import { CodeLine } from '../parts/code-line.tsx'
import { Dialog, DialogActions } from '../parts/dialog.tsx'
import { Field, TextArea, TextField } from '../parts/field.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { toast } from '../parts/toast.ts'
import { words } from '../words.ts'
import { isPrivateKey, keyComment, keyProblem } from './key-text.ts'

const text = words.sshKeys
const MAKE = 'ssh-keygen -t ed25519 && cat ~/.ssh/id_ed25519.pub'

export function AddKey({ onClose }: { readonly onClose: () => void }) {
  const [id] = useState(() => newId())
  const [line, setLine] = useState('')
  const [name, setName] = useState('')
  const [problem, setProblem] = useState<string>()
  const add = useAddKey()
  const take = (given: string) => {
    // A secret is not even kept in the field.
    setLine(isPrivateKey(given) ? '' : given)
    setProblem(isPrivateKey(given) ? text.problem.private : undefined)
    add.reset()
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const found = keyProblem(line)
    setProblem((before) => (line === '' && before ? before : found))
    if (found) return
    add.mutate(
      { id, line: line.trim(), ...(name.trim() && { name: name.trim() }) },
      {
        onSuccess: (key) => {
          toast({ text: text.added(key.name), tone: 'good' })
          onClose()
        },
      },
    )
  }
  return (
    <Dialog
      description={text.addText}
      onOpenChange={(open) => !open && onClose()}
      open
      title={text.addTitle}
    >
      <form className="flex flex-col gap-4" noValidate onSubmit={submit}>
        <KeyField error={problem} line={line} onLine={take} onProblem={setProblem} />
        <TextField
          help={text.nameHelp}
          label={text.name}
          maxLength={MAX_CREDENTIAL_NAME_CHARS}
          onValue={setName}
          optional={words.newSpace.optional}
          placeholder={keyComment(line)}
          value={name}
        />
        <div className="flex flex-col gap-1.5">
          <p className="text-ink-3 text-xs">{text.hint}</p>
          <CodeLine label={text.copyHint} text={MAKE} />
        </div>
        {add.error && <ErrorNotice error={add.error} />}
        <DialogActions>
          <Button kind="quiet" onClick={onClose}>
            {words.actions.cancel}
          </Button>
          <Button busy={add.isPending} kind="primary" type="submit">
            {text.submit}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}

interface KeyFieldProps {
  readonly line: string
  readonly error: string | undefined
  readonly onLine: (line: string) => void
  readonly onProblem: (problem: string) => void
}

function KeyField({ line, error, onLine, onProblem }: KeyFieldProps) {
  const [over, setOver] = useState(false)
  const chooser = useRef<HTMLInputElement>(null)
  const read = (file: File | undefined) => {
    if (!file) return
    if (file.size > MAX_KEY_LINE_CHARS) return onProblem(text.problem.long)
    file.text().then(onLine, () => onProblem(text.problem.unreadable))
  }
  const drop = (event: DragEvent) => {
    const [file] = event.dataTransfer.files
    setOver(false)
    if (!file) return
    event.preventDefault()
    read(file)
  }
  return (
    <div>
      <Field error={error} help={text.lineHelp} label={text.line}>
        {(aria) => (
          <TextArea
            {...aria}
            autoCapitalize="none"
            autoComplete="off"
            autoCorrect="off"
            className={cx('text-xs break-all', over && 'border-accent bg-accent-soft')}
            onDragLeave={() => setOver(false)}
            onDragOver={(event) => {
              event.preventDefault()
              setOver(true)
            }}
            onDrop={drop}
            onValue={onLine}
            placeholder={text.lineHint}
            value={line}
          />
        )}
      </Field>
      <input
        accept=".pub,text/plain"
        aria-hidden="true"
        className="hidden"
        onChange={(event) => {
          read(event.target.files?.[0])
          event.target.value = ''
        }}
        ref={chooser}
        tabIndex={-1}
        type="file"
      />
      <Button
        className="mt-1.5 -ml-3 sm:-ml-2"
        icon={FileUp}
        kind="quiet"
        onClick={() => chooser.current?.click()}
        small
      >
        {text.choose}
      </Button>
    </div>
  )
}
