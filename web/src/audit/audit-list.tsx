// Entries as rows; one that is opened shows all that it has, with what was before and after side by side.

import { ChevronRight } from 'lucide-react'
import { type ReactNode, useId, useState } from 'react'
import type { AuditEvent } from '#protocol/api/audit.ts'
import { clientName } from '../account/client-name.ts'
import { cx } from '../parts/class.ts'
import { Moment } from '../parts/moment.tsx'
import { words } from '../words.ts'
import { type Origins, type PeerNames, usePeerNames } from './use-origins.ts'

const text = words.audit

interface AuditListProps {
  readonly events: readonly AuditEvent[]
  readonly origins: Origins
}

export function AuditList({ events, origins }: AuditListProps) {
  const peers = usePeerNames()
  return (
    <ul aria-label={text.list} className="border-t text-sm">
      {events.map((event) => (
        <Entry event={event} key={event.id} origins={origins} peers={peers} />
      ))}
    </ul>
  )
}

interface EntryProps {
  readonly event: AuditEvent
  readonly origins: Origins
  readonly peers: PeerNames
}

function Entry({ event, origins, peers }: EntryProps) {
  const [open, setOpen] = useState(false)
  const id = useId()
  const { actor, action, target, address, at } = event
  return (
    <li className="border-b">
      <button
        aria-controls={open ? id : undefined}
        aria-expanded={open}
        className="flex min-h-11 w-full items-center gap-2 px-1 py-1.5 text-left hover:bg-hover sm:min-h-10"
        onClick={() => setOpen(!open)}
        type="button"
      >
        <ChevronRight
          aria-hidden="true"
          className={cx('shrink-0 text-ink-3', open && 'rotate-90')}
          size={15}
        />
        <span className="min-w-0 grow break-words">
          <span className="font-medium">{actor.name}</span>{' '}
          <span className="text-ink-2">{text.action(action)}</span>{' '}
          {target && <span className="font-medium">{nameOf(target, peers)}</span>}
        </span>
        <span className="w-40 shrink-0 truncate font-mono text-ink-3 text-xs max-md:hidden">
          {address}
        </span>
        <Moment at={at} className="tabular w-24 shrink-0 text-right text-ink-3 text-xs" />
      </button>
      {open && (
        <div className="px-1 pb-4 sm:pl-7" id={id}>
          <Facts event={event} origins={origins} />
          <Change event={event} />
        </div>
      )}
    </li>
  )
}

/** Sessions are named by what their browser says of itself, which is a long story; some things by nothing. */
function nameOf({ kind, id, name }: NonNullable<AuditEvent['target']>, peers: PeerNames): string {
  if (kind === 'session') return clientName(name).name
  if (kind === 'peer') return peers.get(id) ?? name
  if (kind === 'server') return text.targets.server
  return kind === 'invitation' && name === '' ? text.targets.invitation : name
}

function Facts({ event, origins }: Omit<EntryProps, 'peers'>) {
  const { actor, action, target, address, credential, detail, origin, id, at } = event
  const { fields } = text
  return (
    <dl className="grid grid-cols-[6rem_minmax(0,1fr)] gap-x-3 gap-y-1">
      <Fact name={fields.at}>{new Date(at).toLocaleString()}</Fact>
      <Fact name={fields.actor}>
        {actor.name} <Code>{`${actor.kind} ${actor.id}`}</Code>
      </Fact>
      <Fact name={fields.action}>
        <Code>{action}</Code>
      </Fact>
      {target && (
        <Fact name={fields.target}>
          {target.name} <Code>{`${target.kind} ${target.id}`}</Code>
        </Fact>
      )}
      {address && (
        <Fact name={fields.address}>
          <Code>{address}</Code>
        </Fact>
      )}
      {credential && (
        <Fact name={fields.credential}>
          {text.credentials[credential.kind]} <Code>{credential.id}</Code>
        </Fact>
      )}
      {Object.entries(detail ?? {}).map(([name, value]) => (
        <Fact key={name} name={name}>
          <Code>{shown(value)}</Code>
        </Fact>
      ))}
      <Fact name={fields.peer}>{origins.get(origin) ?? <Code>{origin}</Code>}</Fact>
      <Fact name={fields.id}>
        <Code>{id}</Code>
      </Fact>
    </dl>
  )
}

function Change({ event: { before, after } }: { readonly event: AuditEvent }) {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])]
  const { change } = text
  if (names.length === 0) return null
  return (
    <table className="mt-3 w-full table-fixed border-t text-left">
      <caption className="sr-only">{change.title}</caption>
      <thead className="text-ink-3 text-xs">
        <tr>
          <th className="h-7 w-1/4 font-normal">{change.field}</th>
          <th className="font-normal">{change.before}</th>
          <th className="font-normal">{change.after}</th>
        </tr>
      </thead>
      <tbody className="align-top">
        {names.map((name) => (
          <tr className="border-t" key={name}>
            <th className="break-words py-1 pr-2 font-normal text-ink-2">{name}</th>
            <td className="break-words py-1 pr-2">
              <Code>{shown(before?.[name])}</Code>
            </td>
            <td className="break-words py-1">
              <Code>{shown(after?.[name])}</Code>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <>
      <dt className="break-words text-ink-3">{name}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </>
  )
}

const Code = ({ children }: { readonly children: string }) => (
  <code className="break-all font-mono text-ink-2 text-xs">{children}</code>
)

function shown(value: unknown): string {
  if (value === null || value === undefined || value === '') return text.change.none
  if (Array.isArray(value)) return value.length > 0 ? value.map(shown).join(', ') : text.change.none
  return typeof value === 'string' ? value : JSON.stringify(value)
}
