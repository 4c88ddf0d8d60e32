// One field of the form, by the parameter's type.

import { RefreshCw } from 'lucide-react'
import type { ParameterValue } from '#protocol/api/spaces.ts'
import type { Parameter } from '#protocol/api/templates.ts'
import { Choice } from '../parts/choice.tsx'
import { controlHeight, Field, type FieldAria, inputClass, TextArea } from '../parts/field.tsx'
import { IconButton } from '../parts/icon-button.tsx'
import { Select } from '../parts/select.tsx'
import { Switch } from '../parts/switch.tsx'
import { words } from '../words.ts'
import { sizeUnits, splitSize } from './size.ts'

/** More choices than this do not fit side by side. */
const MAX_CHOICES_IN_ROW = 4

interface ParameterFieldProps {
  readonly parameter: Parameter
  readonly value: ParameterValue
  readonly problem: string | undefined
  readonly onValue: (value: ParameterValue) => void
}

export function ParameterField(props: ParameterFieldProps) {
  const { parameter, problem } = props
  if (parameter.type === 'switch') return <SwitchField {...props} />
  return (
    <Field
      error={problem}
      help={parameter.help}
      label={parameter.label}
      optional={isOptional(parameter) ? words.newSpace.optional : undefined}
    >
      {(aria) => <Input {...props} aria={aria} />}
    </Field>
  )
}

/** What has a default need not be filled in, but nobody would call it optional. */
const isOptional = ({ required, default: preset }: Parameter): boolean =>
  !required && preset === undefined

function SwitchField({ parameter, value, onValue }: ParameterFieldProps) {
  return (
    <div className="flex items-start justify-between gap-4">
      <div>
        <p className="font-medium text-sm">{parameter.label}</p>
        {parameter.help && <p className="mt-0.5 text-ink-3 text-xs">{parameter.help}</p>}
      </div>
      <Switch label={parameter.label} on={value === true} onChange={onValue} />
    </div>
  )
}

type InputProps = ParameterFieldProps & { readonly aria: FieldAria }

function Input(props: InputProps) {
  const { parameter, value, onValue, aria } = props
  switch (parameter.type) {
    case 'choice':
      return <ChoiceInput {...props} />
    case 'many':
      return <ManyInput {...props} />
    case 'size':
      return <SizeInput {...props} />
    case 'text':
      if (parameter.multiline) {
        return <TextArea {...aria} onValue={onValue} value={String(value)} />
      }
      return <LineInput {...props} />
    case 'number':
    case 'secret':
      return <LineInput {...props} />
    case 'switch':
      return null
  }
}

function LineInput({ parameter, value, onValue, aria }: InputProps) {
  const { type } = parameter
  return (
    <input
      {...aria}
      autoCapitalize="none"
      autoComplete={type === 'secret' ? 'new-password' : 'off'}
      className={`${inputClass} ${controlHeight} ${type === 'number' ? 'tabular max-w-40' : ''}`}
      inputMode={type === 'number' ? 'decimal' : undefined}
      onChange={(event) => onValue(event.target.value)}
      spellCheck={false}
      type={type === 'secret' ? 'password' : 'text'}
      value={String(value)}
    />
  )
}

function ChoiceInput({ parameter, value, onValue, aria }: InputProps) {
  const choices = parameter.choices ?? []
  if (choices.length <= MAX_CHOICES_IN_ROW) {
    return (
      <Choice label={parameter.label} onValue={onValue} options={choices} value={String(value)} />
    )
  }
  return (
    <Select
      aria={aria}
      className="w-full sm:max-w-80"
      onValue={onValue}
      options={choices}
      value={String(value)}
    />
  )
}

function ManyInput({ parameter, value, onValue }: InputProps) {
  const chosen = Array.isArray(value) ? (value as readonly string[]) : []
  const toggle = (each: string, on: boolean) =>
    onValue(on ? [...chosen, each] : chosen.filter((other) => other !== each))
  return (
    <fieldset aria-label={parameter.label} className="flex flex-wrap gap-2">
      {(parameter.choices ?? []).map(({ value: each, label }) => (
        <label
          className="flex h-11 items-center gap-2 rounded border px-3 text-sm hover:border-line-strong has-checked:border-accent has-checked:bg-accent-soft has-focus-visible:outline-2 has-focus-visible:outline-accent sm:h-8 sm:px-2.5"
          key={each}
        >
          <input
            checked={chosen.includes(each)}
            className="accent-(--accent)"
            onChange={(event) => toggle(each, event.target.checked)}
            type="checkbox"
          />
          {label}
        </label>
      ))}
    </fieldset>
  )
}

function SizeInput({ parameter, value, onValue, aria }: InputProps) {
  const { amount, unit } = splitSize(String(value))
  const set = (nextAmount: string, nextUnit: string) =>
    onValue(nextAmount === '' ? '' : `${nextAmount}${nextUnit}`)
  return (
    <span className="flex gap-2">
      <input
        {...aria}
        autoComplete="off"
        className={`${inputClass} ${controlHeight} tabular max-w-28`}
        inputMode="decimal"
        onChange={(event) => set(event.target.value.trim(), unit)}
        value={amount}
      />
      <Select
        label={words.newSpace.unit(parameter.label)}
        onValue={(next) => set(amount, next)}
        options={sizeUnits}
        value={unit}
      />
    </span>
  )
}

interface NameFieldProps {
  readonly name: string
  readonly problem: string | undefined
  readonly onName: (name: string) => void
  readonly onSuggest: () => void
}

export function NameField({ name, problem, onName, onSuggest }: NameFieldProps) {
  return (
    <Field error={problem} help={words.newSpace.nameHelp} label={words.newSpace.name}>
      {(aria) => (
        <span className="flex items-center gap-1.5">
          <input
            {...aria}
            autoCapitalize="none"
            autoComplete="off"
            className={`${inputClass} ${controlHeight}`}
            onChange={(event) => onName(event.target.value)}
            spellCheck={false}
            value={name}
          />
          <IconButton
            className="max-sm:size-11 sm:size-9"
            icon={RefreshCw}
            label={words.newSpace.another}
            onClick={onSuggest}
          />
        </span>
      )}
    </Field>
  )
}
