// The few pages that stand where an app would: what is the matter, and what to do. They look like the rest of Skein,
// load nothing, and run no script but the few lines that bring the app back when it answers again.

export interface Page {
  readonly title: string
  /** Sentences, as plain text. */
  readonly lines: readonly string[]
  readonly links?: readonly { readonly href: string; readonly text: string }[]
  /** The page looks now and then whether the app answers, and gives way to it. */
  readonly watches?: boolean
  readonly code?: string
  /** Goes on by itself at once to this address. */
  readonly onTo?: string
}

/** The header that all answers of this door carry and no app's can: how the page knows that the app is back. */
export const MARK_HEADER = 'skein-error'
const LOOK_MS = 1500
/** For browsers without scripts, seconds. */
const RELOAD_SECONDS = 10

const STYLE = `:root{color-scheme:light dark;--page:oklch(.984 .003 220);--surface:#fff;--line:oklch(.913 .006 220);--ink:oklch(.235 .018 230);--ink-2:oklch(.43 .018 228);--accent:oklch(.495 .083 198)}
@media(prefers-color-scheme:dark){:root{--page:oklch(.182 .011 228);--surface:oklch(.205 .012 228);--line:oklch(.282 .013 228);--ink:oklch(.935 .006 220);--ink-2:oklch(.77 .012 222);--accent:oklch(.765 .098 193)}}
*{box-sizing:border-box}body{margin:0;min-height:100vh;display:grid;place-items:center;padding:24px;background:var(--page);color:var(--ink);font:14px/1.55 "Inter Variable",system-ui,sans-serif}
main{max-width:72ch;width:min(100%,520px);background:var(--surface);border:1px solid var(--line);border-radius:6px;padding:24px}
svg{color:var(--accent);display:block;margin:0 0 16px}h1{font-size:20px;line-height:28px;font-weight:600;margin:0 0 8px;text-wrap:balance}p{margin:0 0 8px;color:var(--ink-2);overflow-wrap:anywhere}
ul{list-style:none;margin:16px 0 0;padding:0}li{margin:4px 0}a{color:var(--accent)}a:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
code{font:12px/1.5 "JetBrains Mono",ui-monospace,monospace;color:var(--ink-2)}`

const MARK =
  '<svg aria-hidden="true" width="28" height="28" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.1" stroke-linecap="round"><path d="M2 5l2.6 1.5M5.4 9.4L8 10.9M8.6 13.8l2.6 1.5M10.7 19h2.6M22 5l-2.6 1.5M18.6 9.4L16 10.9M15.4 13.8l-2.6 1.5"/></svg>'

const WATCH = `setInterval(async()=>{try{const a=await fetch(location.href,{cache:'no-store',redirect:'manual'});if(!a.headers.has('${MARK_HEADER}'))location.reload()}catch{}},${LOOK_MS})`

/** `nonce` is fresh for each answer. */
export function drawPage(page: Page, nonce: string): string {
  const { title, lines, links = [], watches, code, onTo } = page
  const onward =
    onTo === undefined ? '' : `<meta http-equiv="refresh" content="0;url=${text(onTo)}">`
  const again = watches
    ? `<noscript><meta http-equiv="refresh" content="${RELOAD_SECONDS}"></noscript>`
    : ''
  const list = links.map(
    ({ href, text: name }) => `<li><a href="${text(href)}">${text(name)}</a></li>`,
  )
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${text(title)}</title>${onward}${again}<style nonce="${nonce}">${STYLE}</style></head>
<body><main>${MARK}<h1>${text(title)}</h1>
${lines.map((line) => `<p>${text(line)}</p>`).join('\n')}
${list.length === 0 ? '' : `<ul>${list.join('')}</ul>`}
${code === undefined ? '' : `<p><code>${text(code)}</code></p>`}
</main>${watches ? `<script nonce="${nonce}">${WATCH}</script>` : ''}</body></html>
`
}

/** Headers of such a page. Framing is refused, so that nobody clicks on it unknowingly. */
export function pageHeaders(page: Page, nonce: string): Record<string, string> {
  const policy = [
    "default-src 'none'",
    `style-src 'nonce-${nonce}'`,
    ...(page.watches ? [`script-src 'nonce-${nonce}'`, "connect-src 'self'"] : []),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ]
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy.join('; '),
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const text = (plain: string): string => plain.replace(/[&<>"']/g, (it) => ESCAPES[it] ?? it)
