// The mark: a skein of geese, a V of seven short strokes with no one in front of the rest.

export function Mark({ size = 20 }: { readonly size?: number }) {
  return (
    <svg
      aria-hidden="true"
      className="shrink-0 text-accent"
      fill="none"
      height={size}
      stroke="currentColor"
      strokeLinecap="round"
      strokeWidth="2.1"
      viewBox="0 0 24 24"
      width={size}
    >
      <path d="M2 5l2.6 1.5M5.4 9.4L8 10.9M8.6 13.8l2.6 1.5M10.7 19h2.6M22 5l-2.6 1.5M18.6 9.4L16 10.9M15.4 13.8l-2.6 1.5" />
    </svg>
  )
}
