// A password for someone else: typed, or suggested and copied.

import { Dices } from 'lucide-react'
import { Button } from '../parts/button.tsx'
import { TextField } from '../parts/field.tsx'
import { words } from '../words.ts'
import { firstPassword, randomBelow } from './first-password.ts'

interface NewPasswordProps {
  readonly label: string
  readonly value: string
  readonly error: string | undefined
  readonly onValue: (value: string) => void
}

export function NewPassword({ label, value, error, onValue }: NewPasswordProps) {
  return (
    <div>
      <TextField
        autoComplete="off"
        error={error}
        help={words.setup.passwordHelp}
        label={label}
        mono
        onValue={onValue}
        value={value}
      />
      <Button
        className="mt-1.5 -ml-3 sm:-ml-2"
        icon={Dices}
        kind="quiet"
        onClick={() => onValue(firstPassword(randomBelow))}
        small
      >
        {words.people.generate}
      </Button>
    </div>
  )
}
