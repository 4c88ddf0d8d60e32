// A labelled input with its help and its error, tied together for those who hear the page.

import type { InputHTMLAttributes, ReactNode, Ref, TextareaHTMLAttributes } from 'react'
import { useId } from 'react'
import { cx } from './class.ts'

export const inputClass =
  'w-full rounded border border-line-strong bg-surface px-2.5 text-base text-ink transition-colors duration-100 hover:border-ink-3 focus-visible:border-accent focus-visible:outline-offset-0 aria-invalid:border-red disabled:opacity-60 sm:text-sm'

/** A finger's on a phone. */
export const controlHeight = 'h-11 sm:h-9'

interface FieldProps {
  readonly label: string
  readonly help?: string | undefined
  readonly error?: string | undefined
  readonly optional?: string | undefined
  readonly children: (aria: FieldAria) => ReactNode
}

export interface FieldAria {
  readonly id: string
  readonly 'aria-describedby': string | undefined
  readonly 'aria-invalid': boolean | undefined
}

export function Field({ label, help, error, optional, children }: FieldProps) {
  const id = useId()
  const noteId = `${id}-note`
  const note = error ?? help
  return (
    <div className="flex flex-col gap-1.5">
      <label className="font-medium text-sm" htmlFor={id}>
        {label}
        {/* The space is for those who hear it. */}
        {optional && <span className="ml-1.5 font-normal text-ink-3"> {optional}</span>}
      </label>
      {children({
        id,
        'aria-describedby': note ? noteId : undefined,
        'aria-invalid': error ? true : undefined,
      })}
      {note && (
        <p
          className={cx(
            'text-pretty text-xs first-letter:uppercase',
            error ? 'text-red' : 'text-ink-3',
          )}
          id={noteId}
        >
          {note}
        </p>
      )}
    </div>
  )
}

interface TextFieldProps extends Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange'> {
  readonly label: string
  readonly help?: string | undefined
  readonly error?: string | undefined
  readonly optional?: string | undefined
  readonly mono?: boolean
  readonly onValue: (value: string) => void
  readonly ref?: Ref<HTMLInputElement>
}

export function TextField(props: TextFieldProps) {
  const { label, help, error, optional, mono, onValue, className, ...rest } = props
  return (
    <Field error={error} help={help} label={label} optional={optional}>
      {(aria) => (
        <input
          autoCapitalize="none"
          autoComplete="off"
          autoCorrect="off"
          spellCheck={false}
          {...rest}
          {...aria}
          className={cx(inputClass, controlHeight, mono && 'font-mono', className)}
          onChange={(event) => onValue(event.target.value)}
        />
      )}
    </Field>
  )
}

export function TextArea(
  props: TextareaHTMLAttributes<HTMLTextAreaElement> & {
    readonly onValue: (value: string) => void
  },
) {
  const { onValue, className, ...rest } = props
  return (
    <textarea
      rows={4}
      spellCheck={false}
      {...rest}
      className={cx(inputClass, 'py-2 font-mono', className)}
      onChange={(event) => onValue(event.target.value)}
    />
  )
}
