// What is still to come, in the shape that it will have. It stays invisible for a moment, so that a fast answer does
// not flicker, and it says in words what is being waited for.

interface RowsLoadingProps {
  readonly label: string
  readonly rows?: number
}

const widths = ['w-40', 'w-28', 'w-52', 'w-36', 'w-44'] as const

export function RowsLoading({ label, rows = 6 }: RowsLoadingProps) {
  return (
    <div className="late" role="status">
      <span className="sr-only">{label}</span>
      {Array.from({ length: rows }, (_, index) => (
        <div
          aria-hidden="true"
          className="flex h-10 items-center gap-6 border-b px-3"
          // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike
          key={index}
        >
          <span className={`breathing h-3 rounded bg-line ${widths[index % widths.length]}`} />
          <span className="breathing h-3 w-20 rounded bg-line" />
          <span className="breathing hidden h-3 w-28 rounded bg-line sm:block" />
        </div>
      ))}
    </div>
  )
}

export function Loading({ label }: { readonly label: string }) {
  return (
    <p className="late flex items-center gap-2 px-1 py-8 text-ink-3 text-sm" role="status">
      <span aria-hidden="true" className="breathing size-2 rounded-full bg-ink-3" />
      {label}
    </p>
  )
}
