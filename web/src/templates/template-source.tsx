// A template's source to be written or read: CodeMirror, or on a phone a plain field that its keyboard gets on with.

import { Suspense } from 'react'
import { useTemplateSchema } from '../api/templates.ts'
import { useIsPhone } from '../parts/is-phone.ts'
import { lazyPart } from '../parts/lazy-part.ts'
import { Loading } from '../parts/loading.tsx'
import { words } from '../words.ts'
import type { Language } from './code/schema.ts'
import { SourceEditor, type SourceEditorProps } from './source-editor.tsx'
import { useStoredNames } from './use-stored-names.ts'

const CodeEditor = lazyPart(() => import('./code/code-editor.tsx'), 'CodeEditor')

interface TemplateSourceProps extends Omit<SourceEditorProps, 'language' | 'stored'> {
  /** Absent for a new one. */
  readonly templateId?: string
}

export function TemplateSource({ templateId, ...props }: TemplateSourceProps) {
  const isPhone = useIsPhone()
  // Of our own server and written by the same tables as the parser: a foreign shape would only offer nothing.
  const language = useTemplateSchema().data as Language | undefined
  if (isPhone) return <SourceEditor {...props} />
  if (props.readOnly) return <Code {...props} language={language} />
  return <Helped {...props} language={language} templateId={templateId} />
}

const Code = (props: SourceEditorProps) => (
  <Suspense fallback={<Loading label={words.templateEditor.opening} />}>
    <CodeEditor {...props} />
  </Suspense>
)

interface HelpedProps extends SourceEditorProps {
  readonly templateId: string | undefined
}

/** Who only reads is offered nothing, and asks for nothing. */
function Helped({ templateId, ...props }: HelpedProps) {
  return <Code {...props} stored={useStoredNames(templateId)} />
}
