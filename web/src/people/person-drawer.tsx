// One person: what they may, what they may take, and what speaks for them, each with its end.

import { KeyRound, Monitor, ShieldCheck, SquareAsterisk } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import type { User, UserDetail } from '#protocol/api/people.ts'
import type { QuotaName } from '#protocol/api/quota-names.ts'
import { clientName } from '../account/client-name.ts'
import { CredentialRow } from '../account/credential-row.tsx'
import {
  type Credential,
  useEndCredential,
  useRoles,
  useUpdateUser,
  useUser,
} from '../api/people.ts'
import { can, useMe } from '../api/session.ts'
import { Button } from '../parts/button.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { Drawer } from '../parts/drawer.tsx'
import { Loading } from '../parts/loading.tsx'
import { Moment } from '../parts/moment.tsx'
import { Advice, ErrorNotice } from '../parts/notice.tsx'
import { toast, toastError } from '../parts/toast.ts'
import { words } from '../words.ts'
import { PickMany } from './pick-many.tsx'
import { QuotaForm } from './quota-form.tsx'
import { amountText } from './quota-text.ts'
import { QuotaUse } from './quota-use.tsx'

const text = words.person

interface PersonDrawerProps {
  readonly user: User
  readonly onClose: () => void
}

export function PersonDrawer({ user, onClose }: PersonDrawerProps) {
  const detail = useUser(user.id)
  const me = useMe()
  const name = user.displayName || user.username
  return (
    <Drawer
      lead={
        <p className="mt-0.5 text-ink-3 text-sm">
          {user.displayName && `${user.username}, `}
          {words.account.role[user.role].toLowerCase()}
        </p>
      }
      onClose={onClose}
      title={name}
    >
      {user.disabled && <Advice>{text.disabledSince}</Advice>}
      {detail.isPending && <Loading label={text.loading} />}
      {detail.error && <ErrorNotice error={detail.error} retry={() => void detail.refetch()} />}
      {detail.data && <Detail governs={can(me, 'user.govern')} user={detail.data} />}
    </Drawer>
  )
}

interface DetailProps {
  readonly user: UserDetail
  readonly governs: boolean
}

function Detail({ user, governs }: DetailProps) {
  return (
    <>
      <Part title={text.rights}>
        <Rights governs={governs} key={user.roles.map(({ id }) => id).join()} user={user} />
      </Part>
      <Part title={text.quota}>
        <QuotaOf governs={governs} key={JSON.stringify(user.quota)} user={user} />
      </Part>
      <Part title={text.factor}>
        <FactorOf governs={governs} user={user} />
      </Part>
      <Credentials governs={governs} user={user} />
    </>
  )
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className="border-b py-4 first:pt-0 last:border-b-0">
      <h3 className="mb-2 font-semibold text-sm">{title}</h3>
      {children}
    </section>
  )
}

function Rights({ user, governs }: DetailProps) {
  const me = useMe()
  const roles = useRoles(can(me, 'role.list'))
  const update = useUpdateUser()
  const [chosen, setChosen] = useState<readonly string[]>(user.roles.map(({ id }) => id))
  const choose = (ids: readonly string[]) => {
    setChosen(ids)
    update.mutate(
      { id: user.id, change: { roles: [...ids] } },
      {
        onSuccess: () => toast({ text: text.saved(user.username), tone: 'good' }),
        onError: (error) => {
          setChosen(user.roles.map(({ id }) => id))
          toastError(error)
        },
      },
    )
  }
  const options = roles.data?.roles ?? user.roles
  return (
    <div className="flex flex-col gap-3 text-sm">
      {options.length > 0 ? (
        <PickMany
          chosen={chosen}
          disabled={!governs || update.isPending}
          label={text.roles}
          onChosen={choose}
          options={options}
        />
      ) : (
        <p className="text-ink-3">{text.noRoles}</p>
      )}
      <p>
        <span className="font-medium">{text.groups}: </span>
        <span className="text-ink-2">
          {user.groups.map((group) => group.name).join(', ') || text.noGroups}
        </span>
      </p>
    </div>
  )
}

/** Of one’s own limits; the groups’ count where there is none. */
function emptyLimit({ quota, effectiveQuota }: UserDetail, name: QuotaName): string {
  const limit = effectiveQuota[name]
  if (quota[name] !== undefined) return words.quota.noneOwn
  return limit === undefined ? words.quota.none : words.quota.ofGroups(amountText(name, limit))
}

function QuotaOf({ user, governs }: DetailProps) {
  const update = useUpdateUser()
  return (
    <div className="flex flex-col gap-3">
      <QuotaUse user={user} />
      {governs && (
        <QuotaForm
          busy={update.isPending}
          error={update.error}
          help={words.quota.text}
          empty={(name) => emptyLimit(user, name)}
          onSave={(quota) =>
            update.mutate(
              { id: user.id, change: { quota } },
              { onSuccess: () => toast({ text: words.quota.saved, tone: 'good' }) },
            )
          }
          quota={user.quota}
        />
      )}
    </div>
  )
}

function FactorOf({ user, governs }: DetailProps) {
  const [asking, setAsking] = useState(false)
  const end = useEndCredential(user.id)
  if (!user.hasSecondFactor) return <p className="text-ink-3 text-sm">{text.factorOff}</p>
  const confirm = () =>
    end.mutate('factor', {
      onSuccess: () => {
        toast({ text: text.factorDone(user.username), tone: 'good' })
        setAsking(false)
      },
    })
  return (
    <>
      <div className="flex items-center gap-3 text-sm">
        <ShieldCheck aria-hidden="true" className="shrink-0 text-green" size={18} />
        <p className="grow">{text.factorOn}</p>
        {governs && (
          <Button onClick={() => setAsking(true)} small>
            {text.factorReset}
          </Button>
        )}
      </div>
      {asking && (
        <Confirm
          action={text.factorReset}
          busy={end.isPending}
          error={end.error}
          onConfirm={confirm}
          onOpenChange={(open) => !open && setAsking(false)}
          open
          text={text.factorText}
          title={text.factorTitle(user.username)}
        />
      )}
    </>
  )
}

function Credentials({ user, governs }: DetailProps) {
  const end = useEndCredential(user.id)
  const ending = (what: Credential) => () => end.mutate(what, { onError: toastError })
  const shared = (name: string) => ({ end: text.end, endLabel: text.endNamed(name), name })
  return (
    <>
      <Part title={text.sessions}>
        {user.sessions.length === 0 && <p className="text-ink-3 text-sm">{text.noSessions}</p>}
        <ul className="empty:hidden">
          {user.sessions.map((session) => (
            <CredentialRow
              {...shared(clientName(session.client).name)}
              icon={Monitor}
              key={session.id}
              onEnd={governs ? ending({ kind: 'sessions', id: session.id }) : undefined}
            >
              <p className="tabular text-ink-3 text-xs">
                <span className="font-mono">{session.address}</span>,{' '}
                <Moment at={session.createdAt} />
              </p>
            </CredentialRow>
          ))}
        </ul>
      </Part>
      <Part title={text.tokens}>
        {user.tokens.length === 0 && <p className="text-ink-3 text-sm">{text.noTokens}</p>}
        <ul className="empty:hidden">
          {user.tokens.map((token) => (
            <CredentialRow
              {...shared(token.name)}
              icon={SquareAsterisk}
              key={token.id}
              onEnd={governs ? ending({ kind: 'tokens', id: token.id }) : undefined}
            >
              <p className="tabular text-ink-3 text-xs">
                {token.scopes.map((scope) => words.scopes[scope].name).join(', ')},{' '}
                <Moment at={token.createdAt} />
              </p>
            </CredentialRow>
          ))}
        </ul>
      </Part>
      <Part title={text.keys}>
        {user.keys.length === 0 && <p className="text-ink-3 text-sm">{text.noKeys}</p>}
        <ul className="empty:hidden">
          {user.keys.map((key) => (
            <CredentialRow
              {...shared(key.name)}
              icon={KeyRound}
              key={key.id}
              onEnd={governs ? ending({ kind: 'keys', id: key.id }) : undefined}
            >
              <p className="truncate font-mono text-ink-3 text-xs">{key.fingerprint}</p>
            </CredentialRow>
          ))}
        </ul>
      </Part>
    </>
  )
}
