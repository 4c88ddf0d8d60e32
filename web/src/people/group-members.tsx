// Who is in a group, what their spaces take, and who of them manages it.

import { ShieldCheck, X } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import type { Group, GroupDetail, UpdateGroup } from '#protocol/api/groups.ts'
import { quotaNames } from '#protocol/api/quota-names.ts'
import { useGroup, useGroupPeople } from '../api/people.ts'
import { Button } from '../parts/button.tsx'
import { TextField } from '../parts/field.tsx'
import { IconButton } from '../parts/icon-button.tsx'
import { toast, toastError } from '../parts/toast.ts'
import { namesIn } from '../ports/people-text.ts'
import { words } from '../words.ts'
import { amountText } from './quota-text.ts'

const text = words.groups

interface MembersProps {
  readonly group: Group
  /** Absent for who only manages it. */
  readonly onChange: ((change: UpdateGroup) => void) | undefined
  /** Whether one manages it, or may change it. */
  readonly may: boolean
  readonly me: string
}

export function Members({ group, may, me, onChange }: MembersProps) {
  const detail = useGroup(group.id, may)
  const people = useGroupPeople()
  const put = (change: { readonly add?: string[]; readonly remove?: string[] }) =>
    people.mutate(
      { id: group.id, change },
      {
        onSuccess: () => toast({ text: text.saved(group.name), tone: 'good' }),
        onError: (error) => toastError(error),
      },
    )
  return (
    <section>
      <h3 className="mb-2 font-semibold text-sm">{text.members}</h3>
      {group.members.length === 0 && <p className="text-ink-3 text-sm">{text.noMembers}</p>}
      <ul className="empty:hidden">
        {group.members.map(({ id, name }) => {
          const manages = group.managers.some((one) => one.id === id)
          const found = detail.data?.people.find((one) => one.id === id)
          return (
            <li
              className="flex min-h-12 items-center gap-2 border-b py-1 text-sm sm:min-h-9 last:border-b-0"
              key={id}
            >
              <div className="min-w-0 grow">
                {name}
                {manages && <span className="text-ink-3"> · {text.manages}</span>}
                {found && <p className="tabular text-ink-3 text-xs">{takenText(found)}</p>}
              </div>
              {onChange && (
                <IconButton
                  aria-pressed={manages}
                  icon={ShieldCheck}
                  label={text.manager(name)}
                  onClick={() => onChange({ [manages ? 'removeManagers' : 'addManagers']: [name] })}
                />
              )}
              {may && (onChange || !manages || id === me) && (
                <IconButton
                  icon={X}
                  label={text.removeMember(name)}
                  onClick={() => put({ remove: [name] })}
                />
              )}
            </li>
          )
        })}
      </ul>
      {may && <AddMembers onAdd={(add) => put({ add })} />}
    </section>
  )
}

function AddMembers({ onAdd }: { readonly onAdd: (names: string[]) => void }) {
  const [typed, setTyped] = useState('')
  const names = namesIn(typed)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (names.length === 0) return
    onAdd([...names])
    setTyped('')
  }
  return (
    <form className="mt-3 flex flex-col gap-2" onSubmit={submit}>
      <TextField
        help={text.addMemberHelp}
        label={text.addMember}
        onValue={setTyped}
        value={typed}
      />
      <Button className="self-start" disabled={names.length === 0} small type="submit">
        {words.actions.add}
      </Button>
    </form>
  )
}

/** Only what is taken or limited. */
function takenText({ used, effectiveQuota }: GroupDetail['people'][number]): string {
  const told = quotaNames.filter((name) => used[name] > 0 || effectiveQuota[name] !== undefined)
  const amounts = told.map((name) => {
    const [taken, limit] = [amountText(name, used[name]), effectiveQuota[name]]
    const amount = limit === undefined ? taken : words.quota.used(taken, amountText(name, limit))
    return `${words.quota.names[name]}: ${amount}`
  })
  return amounts.join(' · ') || text.noSpaces
}
