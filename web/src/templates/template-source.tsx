// A template's source to be written or read: CodeMirror, or on a phone a plain field that its keyboard gets on with.

import { Suspense } from 'react'
import { useTemplateSchema } from '../api/templates.ts'
import { useIsPhone } from '../parts/is-phone.ts'
import { lazyPart } from '../parts/lazy-part.ts'
import { Loading } from '../parts/loading.tsx'
import { words } from '../words.ts'
import type { Language } from './code/schema.ts'
import { SourceEditor, type SourceEditorProps } from './source-editor.tsx'

const CodeEditor = lazyPart(() => import('./code/code-editor.tsx'), 'CodeEditor')

export function TemplateSource(props: Omit<SourceEditorProps, 'language'>) {
  const isPhone = useIsPhone()
  // Of our own server and written by the same tables as the parser: a foreign shape would only offer nothing.
  const language = useTemplateSchema().data as Language | undefined
  if (isPhone) return <SourceEditor {...props} />
  return (
    <Suspense fallback={<Loading label={words.templateEditor.opening} />}>
      <CodeEditor {...props} language={language} />
    </Suspense>
  )
}
