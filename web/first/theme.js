// Runs before the first paint, so that a page in one theme never flashes in the other.
;(() => {
  let chosen = 'system'
  try {
    chosen = JSON.parse(localStorage.getItem('skein.preferences') ?? '{}').theme ?? 'system'
  } catch {
    // Storage may be forbidden; then the system's theme holds.
  }
  const dark =
    chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.dataset.theme = dark ? 'dark' : 'light'
})()
