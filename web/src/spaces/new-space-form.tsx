// The form made from a template's parameters, validated as one types; ⌘ or Ctrl with Enter creates.

import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, useMemo, useRef, useState } from 'react'
import type { Template } from '#protocol/api/templates.ts'
import { newId } from '#protocol/ids.ts'
import { useMe } from '../api/session.ts'
import { useCreateSpace, usePlacement, useSpaces } from '../api/spaces.ts'
import { useKeys } from '../app/use-keys.ts'
import { Button } from '../parts/button.tsx'
import { Field } from '../parts/field.tsx'
import { Keys } from '../parts/keys.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { Select } from '../parts/select.tsx'
import { nameProblem } from '../session/checks.ts'
import { words } from '../words.ts'
import { NameField, ParameterField } from './parameter-field.tsx'
import { askedOf, initialValues, problemsOf, sentValues, type Values } from './parameters.ts'
import { ANY_HOST, type HostOption, hostOptions } from './placement.ts'
import { Preview } from './preview.tsx'
import { suggestName } from './suggest.ts'

export function NewSpaceForm({ template }: { readonly template: Template }) {
  const form = useForm(template)
  return (
    <form className="flex flex-col gap-5" noValidate onSubmit={form.onSubmit} ref={form.ref}>
      <NameField
        name={form.name}
        onName={form.setName}
        onSuggest={form.suggest}
        problem={form.nameProblem}
      />
      {form.parameters.map((parameter) => (
        <ParameterField
          key={parameter.name}
          onValue={(value) => form.setValue(parameter.name, value)}
          parameter={parameter}
          problem={form.problemOf(parameter.name)}
          value={form.values[parameter.name] ?? ''}
        />
      ))}
      <HostField chosen={form.hostId} onChosen={form.setHostId} options={form.hostOptions} />
      <Preview
        chosenHost={form.hostId}
        head={template.head}
        placement={form.placement}
        values={form.values}
      />
      {form.error != null && <ErrorNotice error={form.error} />}
      <div className="flex items-center gap-3">
        <Button busy={form.busy} kind="primary" type="submit">
          {words.newSpace.create}
        </Button>
        <span className="hidden sm:inline">
          <Keys faint keys="mod+enter" />
        </span>
      </div>
    </form>
  )
}

interface HostFieldProps {
  readonly options: readonly HostOption[]
  readonly chosen: string
  readonly onChosen: (id: string) => void
}

/** Only where there is something to choose. */
function HostField({ options, chosen, onChosen }: HostFieldProps) {
  if (options.length === 0) return null
  return (
    <Field help={words.newSpace.chooseHostHelp} label={words.newSpace.chooseHost}>
      {(aria) => <Select aria={aria} onValue={onChosen} options={options} value={chosen} />}
    </Field>
  )
}

/** Where it would go with these parameters, and the person's choice among the hosts that could take it. */
function useHostChoice(template: Template, values: Values) {
  const [picked, setHostId] = useState(ANY_HOST)
  const told = askedOf(template.head.parameters, values).filter(({ type }) => type !== 'secret')
  const placement = usePlacement(template.id, sentValues(told, values)).data
  const options = hostOptions(placement)
  // What was chosen may have come to be unfit: with more memory asked for, or with the last room given away.
  const hostId = options.some(({ value }) => value === picked) ? picked : ANY_HOST
  return { placement, hostOptions: options, hostId, setHostId }
}

function useForm(template: Template) {
  const taken = useTakenNames()
  const [typedName, setName] = useState<string>()
  const [dice, setDice] = useState(0)
  const [values, setValues] = useState(() => initialValues(template.head.parameters))
  const parameters = askedOf(template.head.parameters, values)
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set())
  // One id for this form: however often it is sent, one space comes of it.
  const [id] = useState(() => newId())
  const host = useHostChoice(template, values)
  const ref = useRef<HTMLFormElement>(null)
  const create = useCreateSpace()
  const navigate = useNavigate()
  // biome-ignore lint/correctness/useExhaustiveDependencies: a throw of the dice asks for another name
  const suggested = useMemo(() => suggestName(taken.current, Math.random), [dice])
  const name = typedName ?? suggested
  const problems = problemsOf(parameters, values)
  const problem =
    nameProblem(name) ?? (taken.current.has(name) ? words.newSpace.taken(name) : undefined)

  const submit = () => {
    setTouched(new Set(parameters.map((each) => each.name)))
    if (problem || Object.keys(problems).length > 0) {
      focusFirstProblem(ref.current)
      return
    }
    create.mutate(
      {
        ...{ id, name, templateId: template.id, parameters: sentValues(parameters, values) },
        ...(host.hostId !== ANY_HOST && { hostId: host.hostId }),
      },
      {
        onSuccess: (intent) =>
          void navigate({ to: '/spaces/$spaceId', params: { spaceId: intent.space.id } }),
      },
    )
  }
  useKeys({ 'mod+enter': submit })
  return {
    parameters,
    ref,
    name,
    values,
    busy: create.isPending,
    error: create.error,
    ...host,
    nameProblem: problem,
    setName,
    suggest: () => {
      setName(undefined)
      setDice((before) => before + 1)
    },
    setValue: (key: string, value: (typeof values)[string]) => {
      setValues((before) => ({ ...before, [key]: value }))
      setTouched((before) => new Set(before).add(key))
    },
    problemOf: (key: string) => (touched.has(key) ? problems[key] : undefined),
    onSubmit: (event: FormEvent) => {
      event.preventDefault()
      submit()
    },
  }
}

/** My own names; other people may use the same. */
function useTakenNames() {
  const me = useMe()
  const taken = useRef<ReadonlySet<string>>(new Set())
  const { data } = useSpaces()
  taken.current = new Set(
    (data ?? []).filter((space) => space.owner.id === me.user.id).map((space) => space.name),
  )
  return taken
}

/** After the next paint, when the fields know that they are wrong. */
function focusFirstProblem(form: HTMLFormElement | null): void {
  requestAnimationFrame(() => form?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus())
}
