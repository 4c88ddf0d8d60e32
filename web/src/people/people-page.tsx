// Who may sign in here and what they may; for whoever governs some of that. One page in four parts, each in the address.

import { getRouteApi, Link } from '@tanstack/react-router'
import { can, useMe } from '../api/session.ts'
import { cx } from '../parts/class.ts'
import { Page } from '../parts/page.tsx'
import { words } from '../words.ts'
import { GroupsView } from './groups-view.tsx'
import { InvitationsView } from './invitations-view.tsx'
import { PeopleActions, PeopleView } from './people-view.tsx'
import { RolesView } from './roles-view.tsx'

const text = words.peopleTabs
const route = getRouteApi('/frame/people')

const parts = [
  { view: undefined, label: text.people, needs: 'user.list' },
  { view: 'groups', label: text.groups, needs: 'group.list' },
  { view: 'roles', label: text.roles, needs: 'role.list' },
  { view: 'invitations', label: text.invitations, needs: 'invitation.list' },
] as const

export function PeoplePage() {
  const me = useMe()
  const { view } = route.useSearch()
  const mine = parts.filter(
    ({ needs, view }) => can(me, needs) || (view === 'groups' && me.manages.length > 0),
  )
  const here = mine.find((part) => part.view === view) ?? mine[0]
  return (
    <Page actions={<PeopleActions view={here?.view} />} title={words.people.title}>
      <nav aria-label={text.label} className="mb-2 flex gap-1 overflow-x-auto border-b">
        {mine.map((part) => (
          <Link
            aria-current={part === here ? 'page' : undefined}
            className={cx(
              '-mb-px flex h-11 shrink-0 items-center border-b-2 px-2 text-sm focus-visible:-outline-offset-2 sm:h-9',
              part === here
                ? 'border-accent font-medium text-ink'
                : 'border-transparent text-ink-2 hover:text-ink',
            )}
            key={part.label}
            search={{ view: part.view }}
            to="/people"
          >
            {part.label}
          </Link>
        ))}
      </nav>
      {here && here.view === undefined && <PeopleView />}
      {here?.view === 'groups' && <GroupsView />}
      {here?.view === 'roles' && <RolesView />}
      {here?.view === 'invitations' && <InvitationsView />}
    </Page>
  )
}
