// Whether the audit is what was written: one line, and behind it each peer's chain, how much of it is sealed, and where
// it breaks.

import { ChevronRight, RotateCw, ShieldAlert, ShieldCheck, ShieldQuestion } from 'lucide-react'
import type { AuditChain, AuditReport } from '#protocol/api/audit.ts'
import { useAuditReport } from '../api/audit.ts'
import { Button } from '../parts/button.tsx'
import { cx } from '../parts/class.ts'
import { Moment } from '../parts/moment.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { words } from '../words.ts'
import type { Origins } from './use-origins.ts'

const text = words.audit.badge

export function ChainBadge({ origins }: { readonly origins: Origins }) {
  const report = useAuditReport()
  const again = () => void report.refetch()
  if (report.error) return <ErrorNotice className="mb-4" error={report.error} retry={again} />
  if (!report.data) {
    return (
      <p className="mb-4 flex h-9 items-center gap-2 text-ink-3 text-sm" role="status">
        <ShieldQuestion aria-hidden="true" className="breathing" size={16} />
        {text.checking}
      </p>
    )
  }
  return (
    <details
      className={cx('group mb-4 rounded-md border', !report.data.isWhole && 'border-red')}
      open={!report.data.isWhole}
    >
      <summary
        className={cx(
          'flex min-h-11 cursor-pointer list-none items-center gap-x-2 rounded-md px-3 py-1.5 text-sm sm:min-h-9',
          report.data.isWhole ? 'hover:bg-hover' : 'bg-red-soft group-open:rounded-b-none',
        )}
      >
        <Verdict report={report.data} />
        <span className="ml-auto shrink-0 text-ink-2 text-xs max-sm:sr-only">{text.details}</span>
        <ChevronRight
          aria-hidden="true"
          className="shrink-0 text-ink-3 group-open:rotate-90 max-sm:ml-auto"
          size={15}
        />
      </summary>
      <Chains busy={report.isFetching} onAgain={again} origins={origins} report={report.data} />
    </details>
  )
}

function Verdict({ report }: { readonly report: AuditReport }) {
  const broken = firstBreak(report)
  if (broken) {
    return (
      <>
        <ShieldAlert aria-hidden="true" className="shrink-0 text-red" size={16} />
        <span className="font-medium text-red">
          {text.broken} {text.since(broken)}
        </span>
      </>
    )
  }
  const isArriving = report.chains.some((chain) => chain.isArriving)
  return (
    <>
      <ShieldCheck
        aria-hidden="true"
        className={isArriving ? 'text-amber' : 'text-green'}
        size={16}
      />
      <span className="font-medium">{isArriving ? text.waiting : text.whole}</span>
    </>
  )
}

/** When the oldest entry was written that does not fit. */
const firstBreak = ({ chains }: AuditReport): string | undefined =>
  chains.flatMap(({ broken }) => broken?.at ?? []).toSorted()[0]

interface ChainsProps {
  readonly report: AuditReport
  readonly origins: Origins
  readonly busy: boolean
  readonly onAgain: () => void
}

function Chains({ report, origins, busy, onAgain }: ChainsProps) {
  return (
    <div className="border-t px-3 py-2">
      <ul className="flex flex-col">
        {report.chains.map((chain) => (
          <Chain chain={chain} key={chain.origin} name={origins.get(chain.origin)} />
        ))}
      </ul>
      <div className="mt-2 flex flex-wrap items-center justify-between gap-3 border-t pt-2 text-ink-3 text-xs">
        <p className="min-w-0">
          {text.asOf} <Moment at={report.at} />. {text.key}{' '}
          <code className="break-all font-mono">{report.key}</code>
        </p>
        <Button busy={busy} icon={RotateCw} onClick={onAgain} small>
          {text.again}
        </Button>
      </div>
    </div>
  )
}

function Chain(props: { readonly chain: AuditChain; readonly name: string | undefined }) {
  const { chain, name } = props
  const { broken, isArriving, entries, sealed, checkpoints, begins } = chain
  const state = broken ? 'broken' : isArriving ? 'arriving' : 'whole'
  return (
    <li className="border-b py-2 text-sm last:border-b-0">
      <p className="flex flex-wrap items-baseline gap-x-2">
        <span
          className={cx(
            'font-medium',
            { broken: 'text-red', arriving: 'text-amber', whole: 'text-green' }[state],
          )}
        >
          {text.chain[state]}
        </span>
        <span className="break-all">
          {name ?? <code className="font-mono">{chain.origin}</code>}
        </span>
        {chain.isOwn && <span className="text-ink-3">{text.here}</span>}
      </p>
      <p className="text-ink-2">
        {text.counts(entries, sealed, checkpoints)}
        {begins !== undefined && `, ${text.begins(begins)}`}
      </p>
      {chain.isCut && (
        <p className={chain.isCutEarly ? 'text-amber' : 'text-ink-3'}>
          {chain.isCutEarly ? text.cutEarly : text.cut}
        </p>
      )}
      {broken && (
        <p className="text-red">
          {text.brokenAt[broken.reason]} {text.entry(broken.at)}:{' '}
          <code className="break-all font-mono text-xs">{broken.id}</code>
        </p>
      )}
    </li>
  )
}
