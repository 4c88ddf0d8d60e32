// The API tokens that still hold.

import { Plus, SquareAsterisk } from 'lucide-react'
import { useState } from 'react'
import type { Token } from '#protocol/api/access.ts'
import { useRevokeToken, useTokens } from '../api/access.ts'
import { Button } from '../parts/button.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { Loading } from '../parts/loading.tsx'
import { Day, Moment } from '../parts/moment.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { toast } from '../parts/toast.ts'
import { words } from '../words.ts'
import { CredentialRow, LastUsed } from './credential-row.tsx'
import { NewToken } from './new-token.tsx'

const text = words.tokens

export function TokenList() {
  const tokens = useTokens()
  const [creating, setCreating] = useState(false)
  const [revoking, setRevoking] = useState<Token>()
  if (tokens.isPending) return <Loading label={text.loading} />
  if (tokens.error) return <ErrorNotice error={tokens.error} retry={() => void tokens.refetch()} />
  return (
    <>
      {tokens.data.length === 0 && <p className="text-ink-3 text-sm">{text.none}</p>}
      <ul className="-mt-2 empty:hidden">
        {tokens.data.map((token) => (
          <CredentialRow
            end={text.revoke}
            endLabel={text.revokeNamed(token.name)}
            icon={SquareAsterisk}
            key={token.id}
            name={token.name}
            onEnd={() => setRevoking(token)}
          >
            <p className="tabular text-ink-3 text-xs">
              {token.scopes.map((scope) => words.scopes[scope].name).join(', ')}; {text.since}{' '}
              <Moment at={token.createdAt} />, <Ends token={token} />,{' '}
              <LastUsed at={token.lastUsedAt} unused={text.unused} used={text.used} />
            </p>
          </CredentialRow>
        ))}
      </ul>
      <Button className="mt-3" icon={Plus} onClick={() => setCreating(true)}>
        {text.create}
      </Button>
      {creating && <NewToken onClose={() => setCreating(false)} />}
      {revoking && <RevokeToken onClose={() => setRevoking(undefined)} token={revoking} />}
    </>
  )
}

function Ends({ token }: { readonly token: Token }) {
  if (token.expiresAt === undefined) return text.endless
  return (
    <>
      {text.ends} <Day at={token.expiresAt} />
    </>
  )
}

function RevokeToken({ token, onClose }: { readonly token: Token; readonly onClose: () => void }) {
  const revoke = useRevokeToken()
  const confirm = () =>
    revoke.mutate(token.id, {
      onSuccess: () => {
        toast({ text: text.revoked(token.name), tone: 'good' })
        onClose()
      },
    })
  return (
    <Confirm
      action={text.revokeAction}
      busy={revoke.isPending}
      error={revoke.error}
      onConfirm={confirm}
      onOpenChange={(open) => !open && onClose()}
      open
      text={text.revokeText}
      title={text.revokeTitle(token.name)}
    />
  )
}
