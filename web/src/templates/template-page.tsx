// One template: its source on the left, on the right what it makes, its problems and its versions.

import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import type { TemplateDetail } from '#protocol/api/templates.ts'
import { can, useMe } from '../api/session.ts'
import { useDeleteTemplate, useTemplate, useTemplateVersion } from '../api/templates.ts'
import { Missing } from '../app/fault.tsx'
import { RequestError } from '../net/request.ts'
import { buttonClass } from '../parts/button.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { Loading } from '../parts/loading.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { Page } from '../parts/page.tsx'
import { toast } from '../parts/toast.ts'
import { words } from '../words.ts'
import { asideTab } from './aside.tsx'
import { TemplateEditor } from './template-editor.tsx'
import { TemplateMenu } from './template-menu.tsx'

const route = getRouteApi('/frame/templates/$templateId')
const text = words.template

export function TemplatePage() {
  const { templateId } = route.useParams()
  const { version, against, beside } = route.useSearch()
  const template = useTemplate(templateId)
  const { data } = template
  const isNewest = version === undefined || version === data?.version.id
  const isLooking = !isNewest && against === undefined
  const older = useTemplateVersion(templateId, isLooking ? version : undefined)
  if (template.error instanceof RequestError && template.error.code === 'not_found') {
    return <Missing />
  }
  const error = data ? (isLooking ? older.error : null) : template.error
  const isReady = data && (!isLooking || older.data)
  return (
    <Page
      actions={data && <Actions template={data} />}
      full
      lead={data?.description ?? ''}
      title={data?.name ?? words.templates.title}
    >
      {error && <ErrorNotice error={error} retry={() => void template.refetch()} />}
      {!error && !isReady && <Loading label={isLooking ? text.versionLoading : text.loading} />}
      {isReady && !error && (
        <TemplateEditor
          compared={
            against === undefined ? undefined : { left: against, right: version ?? data.version.id }
          }
          key={data.id}
          older={isLooking && older.data ? { id: version, source: older.data.source } : undefined}
          tab={asideTab(beside)}
          template={data}
        />
      )}
    </Page>
  )
}

function Actions({ template }: { readonly template: TemplateDetail }) {
  const [deleting, setDeleting] = useState(false)
  const me = useMe()
  const remove = useDeleteTemplate()
  const navigate = useNavigate()
  const confirm = () =>
    remove.mutate(template.id, {
      onSuccess: () => {
        toast({ text: text.deleted(template.name), tone: 'good' })
        void navigate({ to: '/templates' })
      },
    })
  return (
    <>
      <TemplateMenu
        onDelete={can(me, 'template.delete') ? () => setDeleting(true) : undefined}
        template={template}
      />
      <Link className={buttonClass('plain')} search={{ template: template.id }} to="/spaces/new">
        <Plus aria-hidden="true" size={15} />
        {words.templates.use}
      </Link>
      <Confirm
        action={text.delete}
        busy={remove.isPending}
        error={remove.error}
        onConfirm={confirm}
        onOpenChange={setDeleting}
        open={deleting}
        text={text.deleteText}
        title={text.deleteTitle(template.name)}
      />
    </>
  )
}
