// What is drawn when a page fails, and when an address names nothing.

import { Link } from '@tanstack/react-router'
import { Button, buttonClass } from '../parts/button.tsx'
import { Empty } from '../parts/empty.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { words } from '../words.ts'

export function Fault({ error }: { readonly error: unknown }) {
  return (
    <div className="mx-auto max-w-xl px-6 py-16">
      <h1 className="mb-4 font-semibold text-title">{words.errors.pageFailed}</h1>
      <ErrorNotice error={error} />
      <Button className="mt-4" onClick={() => window.location.reload()}>
        {words.errors.reload}
      </Button>
    </div>
  )
}

/** Outside the frame. */
export function MissingPage() {
  return (
    <main className="pt-[12vh]">
      <Missing />
    </main>
  )
}

export function Missing() {
  return (
    <Empty text={words.missing.text} title={words.missing.title} whole>
      <Link className={buttonClass('plain')} to="/spaces">
        {words.missing.home}
      </Link>
    </Empty>
  )
}
