// The links that are open: for whom, by whom, until when.

import { KeyRound, MailOpen } from 'lucide-react'
import type { Invitation } from '#protocol/api/invitations.ts'
import { CredentialRow } from '../account/credential-row.tsx'
import { useInvitations, useWithdraw } from '../api/people.ts'
import { Empty } from '../parts/empty.tsx'
import { RowsLoading } from '../parts/loading.tsx'
import { Day } from '../parts/moment.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { toastError } from '../parts/toast.ts'
import { words } from '../words.ts'

const text = words.invite

export function InvitationsView() {
  const invitations = useInvitations()
  return (
    <>
      {invitations.isPending && <RowsLoading label={text.loading} rows={3} />}
      {invitations.error && (
        <ErrorNotice error={invitations.error} retry={() => void invitations.refetch()} />
      )}
      {invitations.data?.length === 0 && <Empty {...text.none} />}
      <ul className="empty:hidden">
        {invitations.data?.map((invitation) => (
          <Row invitation={invitation} key={invitation.id} />
        ))}
      </ul>
    </>
  )
}

function Row({ invitation }: { readonly invitation: Invitation }) {
  const withdraw = useWithdraw()
  const { purpose, username, createdBy, expiresAt, role, roles, groups } = invitation
  const name = username ?? text.anybody
  const given = [words.account.role[role], ...[...roles, ...groups].map((one) => one.name)]
  return (
    <CredentialRow
      end={text.withdraw}
      endLabel={text.withdrawNamed(name)}
      icon={purpose === 'reset' ? KeyRound : MailOpen}
      name={`${text.purpose[purpose]}: ${name}`}
      onEnd={() => withdraw.mutate(invitation.id, { onError: toastError })}
    >
      <p className="tabular text-ink-3 text-xs">
        {given.join(', ')}; {text.by(createdBy.name)}, {text.until} <Day at={expiresAt} />
      </p>
    </CredentialRow>
  )
}
