// One template: its source on the left, on the right what it makes, its problems and its versions.

import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { TemplateDetail } from '#protocol/api/templates.ts'
import { can, useMe } from '../api/session.ts'
import { useDeleteTemplate, useTemplate, useTemplateVersion } from '../api/templates.ts'
import { Missing } from '../app/fault.tsx'
import { RequestError } from '../net/request.ts'
import { Button, buttonClass } from '../parts/button.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { Loading } from '../parts/loading.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { Page } from '../parts/page.tsx'
import { toast } from '../parts/toast.ts'
import { words } from '../words.ts'
import { TemplateEditor } from './template-editor.tsx'

const route = getRouteApi('/frame/templates/$templateId')
const text = words.template

export function TemplatePage() {
  const { templateId } = route.useParams()
  const { version } = route.useSearch()
  const template = useTemplate(templateId)
  const older = useTemplateVersion(templateId, version)
  if (template.error instanceof RequestError && template.error.code === 'not_found') {
    return <Missing />
  }
  const error = template.error ?? older.error
  const { data } = template
  const source = version === undefined ? data?.source : older.data?.source
  return (
    <Page
      actions={data && <Actions template={data} />}
      lead={data?.description ?? ''}
      title={data?.name ?? words.templates.title}
    >
      {error && <ErrorNotice error={error} retry={() => void template.refetch()} />}
      {!error && source === undefined && (
        <Loading label={version ? text.versionLoading : text.loading} />
      )}
      {data && source !== undefined && (
        <TemplateEditor
          key={version ?? 'newest'}
          original={source}
          shown={version ?? data.version.id}
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
      {can(me, 'template.delete') && (
        <Button icon={Trash2} kind="quiet" onClick={() => setDeleting(true)}>
          {text.delete}
        </Button>
      )}
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
