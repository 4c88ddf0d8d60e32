// The space's name, what it was made with, and its end.

import { Trash2 } from 'lucide-react'
import { type FormEvent, type ReactNode, useState } from 'react'
import type { ParameterValue, Space } from '#protocol/api/spaces.ts'
import type { Parameter } from '#protocol/api/templates.ts'
import { mayAsk } from '../api/space-action.ts'
import { useUpdateSpace } from '../api/spaces.ts'
import { mayManage } from '../api/standing.ts'
import { useTemplates } from '../api/templates.ts'
import { bytes } from '../format/quantity.ts'
import { Button } from '../parts/button.tsx'
import { Copy } from '../parts/copy.tsx'
import { TextField } from '../parts/field.tsx'
import { Moment } from '../parts/moment.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { Section } from '../parts/page.tsx'
import { toast } from '../parts/toast.ts'
import { nameProblem } from '../session/checks.ts'
import { DeleteSpace } from '../spaces/delete-space.tsx'
import { parseSize } from '../spaces/size.ts'
import { words } from '../words.ts'
import { useCurrentSpace } from './current.ts'
import { ScheduleOf } from './schedule.tsx'

const text = words.spaceSettings

export function SettingsTab() {
  const space = useCurrentSpace()
  const [deleting, setDeleting] = useState(false)
  return (
    <div className="max-w-4xl px-4 py-2 sm:px-6">
      {mayManage(space) && (
        <Section text={text.nameText} title={text.name}>
          <Rename key={space.name} space={space} />
        </Section>
      )}
      <Section text={text.parametersText} title={text.parameters}>
        <Parameters space={space} />
      </Section>
      {space.schedule && (
        <Section text={text.schedule.text} title={text.schedule.title}>
          <ScheduleOf space={space} />
        </Section>
      )}
      <Section title={text.facts}>
        <FactList space={space} />
      </Section>
      <Section text={text.deleteText} title={text.delete}>
        <Button
          disabled={!mayAsk(space, 'delete')}
          icon={Trash2}
          kind="danger"
          onClick={() => setDeleting(true)}
        >
          {text.deleteTitle(space.name)}
        </Button>
      </Section>
      {deleting && <DeleteSpace onClose={() => setDeleting(false)} space={space} />}
    </div>
  )
}

function Rename({ space }: { readonly space: Space }) {
  const [name, setName] = useState(space.name)
  const update = useUpdateSpace()
  const problem = nameProblem(name)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (problem || name === space.name) return
    update.mutate(
      { id: space.id, change: { name } },
      { onSuccess: () => toast({ text: text.renamed(name), tone: 'good' }) },
    )
  }
  return (
    <form className="flex max-w-md flex-col gap-3" onSubmit={submit}>
      <TextField error={problem} label={text.name} onValue={setName} value={name} />
      {update.error && <ErrorNotice error={update.error} />}
      <Button
        busy={update.isPending}
        className="self-start"
        disabled={Boolean(problem) || name === space.name}
        type="submit"
      >
        {text.rename}
      </Button>
    </form>
  )
}

function Parameters({ space }: { readonly space: Space }) {
  const known = useTemplates().data?.find(({ id }) => id === space.template.id)?.head.parameters
  const given = Object.entries(space.parameters)
  if (given.length === 0) {
    return <p className="text-ink-3 text-sm">{words.newSpace.noParameters}</p>
  }
  return (
    <dl>
      {given.map(([name, value]) => {
        const parameter = known?.find((each) => each.name === name)
        return (
          <Row key={name} label={parameter?.label ?? name}>
            {told(value, parameter)}
          </Row>
        )
      })}
    </dl>
  )
}

function told(value: ParameterValue, parameter: Parameter | undefined): string {
  if (parameter?.type === 'secret') return text.secret
  if (parameter?.type === 'size') return bytes(parseSize(String(value)))
  if (typeof value === 'boolean') return value ? text.on : text.off
  if (Array.isArray(value)) return value.join(', ') || words.spaces.none
  return parameter?.choices?.find((choice) => choice.value === value)?.label ?? String(value)
}

function FactList({ space }: { readonly space: Space }) {
  return (
    <dl>
      <Row label={text.id}>
        <Copy label={words.space.copyId} text={space.id} />
      </Row>
      <Row label={text.template}>
        {space.template.name}, {text.version(space.template.version)}
      </Row>
      <Row label={text.owner}>{space.owner.name}</Row>
      <Row label={text.host}>{space.host?.name ?? words.spaces.none}</Row>
      <Row label={text.created}>
        <Moment at={space.createdAt} />
      </Row>
      <Row label={text.link}>
        <AgentLink space={space} />
      </Row>
    </dl>
  )
}

function AgentLink({ space }: { readonly space: Space }) {
  const { agent } = space
  if (!agent || space.state !== 'running') return words.spaces.none
  return (
    <div>
      {agent.route ? (
        <span>
          {words.space.agentVia}
          <span className="break-all font-mono text-xs">{agent.route}</span>
        </span>
      ) : (
        words.space.agentWaiting
      )}
      {agent.failed.length > 0 && (
        <>
          <p className="mt-1 text-ink-3 text-xs">{words.space.agentTried}</p>
          <ul className="text-ink-3 text-xs">
            {agent.failed.map(({ address, reason }) => (
              <li key={address}>
                <span className="font-mono">{address}</span>: {reason}
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  )
}

function Row({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <div className="grid min-h-9 grid-cols-[120px_minmax(0,1fr)] items-center gap-4 border-b py-1.5 text-sm last:border-b-0">
      <dt className="text-ink-3">{label}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </div>
  )
}
