// A password, hidden until one asks to see it.

import { Eye, EyeOff } from 'lucide-react'
import { useState } from 'react'
import { controlHeight, Field, inputClass } from '../parts/field.tsx'
import { words } from '../words.ts'

interface PasswordFieldProps {
  readonly label: string
  readonly help?: string
  readonly error?: string | undefined
  readonly value: string
  readonly autoComplete: 'current-password' | 'new-password'
  readonly onValue: (value: string) => void
  readonly onBlur?: () => void
}

export function PasswordField(props: PasswordFieldProps) {
  const { label, help, error, value, autoComplete, onValue, onBlur } = props
  const [shown, setShown] = useState(false)
  const Icon = shown ? EyeOff : Eye
  return (
    <Field error={error} help={help} label={label}>
      {(aria) => (
        <span className="relative">
          <input
            {...aria}
            autoCapitalize="none"
            autoComplete={autoComplete}
            className={`${inputClass} ${controlHeight} pr-12 sm:pr-10`}
            onBlur={onBlur}
            onChange={(event) => onValue(event.target.value)}
            spellCheck={false}
            type={shown ? 'text' : 'password'}
            value={value}
          />
          <button
            aria-label={shown ? words.login.hide : words.login.show}
            aria-pressed={shown}
            className="absolute top-0 right-0 flex size-11 items-center justify-center rounded text-ink-3 hover:bg-hover hover:text-ink sm:top-1 sm:right-1 sm:size-7"
            onClick={() => setShown(!shown)}
            title={shown ? words.login.hide : words.login.show}
            type="button"
          >
            <Icon aria-hidden="true" size={16} />
          </button>
        </span>
      )}
    </Field>
  )
}
