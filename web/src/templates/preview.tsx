// What a template gives people, while it is written: the form as they will see it, and what a space will be made of.

import {
  Box,
  Container,
  Globe,
  HardDrive,
  type LucideIcon,
  Network,
  ShieldAlert,
  Timer,
} from 'lucide-react'
import type { ReactNode } from 'react'
import type { PlanItem, TemplatePlan } from '#protocol/api/plan.ts'
import type { Parameter, TemplateHead } from '#protocol/api/templates.ts'
import { isAsked } from '#protocol/asked.ts'
import { ParameterField } from '../spaces/parameter-field.tsx'
import { problemOf, type Values } from '../spaces/parameters.ts'
import { words } from '../words.ts'
import { imageText } from './images.ts'
import { DoMark } from './plan-marks.tsx'

const text = words.preview

interface TemplatePreviewProps {
  readonly head: TemplateHead
  readonly plan: TemplatePlan | undefined
  readonly values: Values
  readonly onValue: (name: string, value: Values[string]) => void
}

export function TemplatePreview({ head, plan, values, onValue }: TemplatePreviewProps) {
  return (
    <div className="flex flex-col gap-6">
      <Form onValue={onValue} parameters={head.parameters} values={values} />
      <div className="flex flex-col gap-4">
        <Containers head={head} plan={plan} values={values} />
        <Volumes head={head} plan={plan} />
        <Group title={text.networks}>
          <Row icon={Network} name={text.network} />
        </Group>
        <Apps head={head} />
        <Schedule head={head} />
        <Reaches reaches={plan?.reaches ?? head.reaches ?? []} />
      </div>
    </div>
  )
}

interface FormProps {
  readonly parameters: readonly Parameter[]
  readonly values: Values
  readonly onValue: (name: string, value: Values[string]) => void
}

function Form({ parameters, values, onValue }: FormProps) {
  if (parameters.length === 0) return <p className="text-ink-2 text-sm">{text.noForm}</p>
  return (
    <section aria-label={text.form} className="rounded-md border bg-surface p-4">
      <p className="mb-3 text-ink-3 text-xs">{text.formText}</p>
      <div className="flex flex-col gap-4">
        {parameters
          .filter((parameter) => isAsked(parameter, values))
          .map((parameter) => (
            <ParameterField
              key={`${parameter.name} ${parameter.type}`}
              onValue={(value) => onValue(parameter.name, value)}
              parameter={parameter}
              problem={problemOf({ ...parameter, required: false }, values[parameter.name])}
              value={values[parameter.name] ?? ''}
            />
          ))}
      </div>
    </section>
  )
}

function Containers({
  head,
  plan,
  values,
}: Pick<TemplatePreviewProps, 'head' | 'plan' | 'values'>) {
  const planned = itemsByName(plan?.containers)
  const gone = (plan?.containers ?? []).filter((item) => item.do === 'remove')
  return (
    <Group title={text.containers}>
      {head.services.map(({ name, image }) => (
        <Row
          detail={imageText(image, values)}
          icon={Container}
          key={name}
          mark={planned.get(name)}
          name={name}
          note={name === head.main && head.services.length > 1 ? text.main : undefined}
        />
      ))}
      {gone.map((item) => (
        <Row icon={Container} key={item.name} mark={item} name={item.name} />
      ))}
    </Group>
  )
}

function Volumes({ head, plan }: Pick<TemplatePreviewProps, 'head' | 'plan'>) {
  const planned = itemsByName(plan?.volumes)
  const said = new Map(head.volumes?.map((volume) => [volume.name, volume]))
  const names = [...new Set([...said.keys(), ...planned.keys()])]
  if (names.length === 0) return null
  return (
    <Group title={text.volumes}>
      {names.map((name) => {
        const { owner, size } = said.get(name) ?? {}
        const detail = [size, owner && text.owner(owner)].filter(Boolean).join(', ')
        return (
          <Row detail={detail} icon={HardDrive} key={name} mark={planned.get(name)} name={name} />
        )
      })}
    </Group>
  )
}

const itemsByName = (items: readonly PlanItem[] = []): ReadonlyMap<string, PlanItem> =>
  new Map(items.map((item) => [item.name, item]))

function Apps({ head }: { readonly head: TemplateHead }) {
  if (head.apps.length === 0) return null
  return (
    <Group title={text.apps}>
      {head.apps.map(({ name, port, path }) => (
        <Row detail={`${port}${path ?? ''}`} icon={Globe} key={name} name={name} />
      ))}
    </Group>
  )
}

function Schedule({ head: { schedule } }: { readonly head: TemplateHead }) {
  if (!schedule) return null
  return (
    <Group title={text.schedule}>
      <Row detail={schedule.zone} icon={Timer} name={scheduleText(schedule)} />
    </Group>
  )
}

function scheduleText({ start = [], stop = [] }: NonNullable<TemplateHead['schedule']>): string {
  const told = [
    start.length > 0 && text.starts(start.join(', ')),
    stop.length > 0 && text.stops(stop.join(', ')),
  ]
  return told.filter(Boolean).join('; ')
}

function Reaches({ reaches }: { readonly reaches: readonly string[] }) {
  if (reaches.length === 0) return null
  return (
    <Group title={text.reaches}>
      {reaches.map((reach) => (
        <Row icon={ShieldAlert} key={reach} name={reach} tone="text-amber" />
      ))}
      <p className="text-ink-3 text-xs">{text.reachesText}</p>
    </Group>
  )
}

function Group({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section>
      <h2 className="mb-0.5 text-ink-3 text-xs">{title}</h2>
      <ul>{children}</ul>
    </section>
  )
}

interface RowProps {
  readonly icon: LucideIcon
  readonly name: string
  readonly detail?: string | undefined
  readonly note?: string | undefined
  readonly mark?: PlanItem | undefined
  readonly tone?: string
}

function Row({ icon: Icon = Box, name, detail, note, mark, tone = 'text-ink-3' }: RowProps) {
  return (
    <li className="flex min-h-8 items-center gap-2 border-b py-1 text-sm last:border-b-0">
      <Icon aria-hidden="true" className={`shrink-0 ${tone}`} size={14} />
      <span className="min-w-0 break-words">{name}</span>
      {note && <span className="rounded bg-sunken px-1 text-ink-2 text-xs">{note}</span>}
      <span className="ml-auto min-w-0 truncate font-mono text-ink-2 text-xs">{detail}</span>
      {mark && mark.do !== 'keep' && <DoMark what={mark.do} />}
    </li>
  )
}
