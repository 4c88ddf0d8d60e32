// A new space: the template on the left, what it asks on the right, and what will come of it below.

import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { can, useMe } from '../api/session.ts'
import { useTemplates } from '../api/templates.ts'
import { buttonClass } from '../parts/button.tsx'
import { Empty } from '../parts/empty.tsx'
import { RowsLoading } from '../parts/loading.tsx'
import { Mark } from '../parts/mark.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { Page } from '../parts/page.tsx'
import { byName } from '../templates/order.ts'
import { words } from '../words.ts'
import { NewSpaceForm } from './new-space-form.tsx'
import { TemplateGallery } from './template-gallery.tsx'

const route = getRouteApi('/frame/spaces/new')

export function NewSpacePage() {
  const templates = useTemplates()
  const { template: asked } = route.useSearch()
  const navigate = useNavigate()
  const all = (templates.data ?? []).toSorted(byName)
  const chosen = all.find(({ id }) => id === asked) ?? all[0]
  return (
    <Page title={words.newSpace.title}>
      {templates.isPending && <RowsLoading label={words.newSpace.templatesLoading} />}
      {templates.error && (
        <ErrorNotice error={templates.error} retry={() => void templates.refetch()} />
      )}
      {templates.data && !chosen && <NoTemplates />}
      {chosen && (
        <div className="grid items-start gap-x-10 gap-y-8 md:grid-cols-[minmax(240px,340px)_minmax(0,620px)]">
          <TemplateGallery
            chosen={chosen.id}
            onChoose={(template) =>
              void navigate({ to: '/spaces/new', search: { template }, replace: true })
            }
            templates={all}
          />
          <NewSpaceForm key={chosen.id} template={chosen} />
        </div>
      )}
    </Page>
  )
}

function NoTemplates() {
  const me = useMe()
  const text = words.newSpace.none
  const administrator = can(me, 'template.create')
  return (
    <Empty
      picture={<Mark size={44} />}
      text={administrator ? text.text : text.textMember}
      title={text.title}
    >
      {administrator && (
        <Link className={buttonClass('primary')} to="/templates/new">
          {text.action}
        </Link>
      )}
    </Empty>
  )
}
