// A page of which a part did not come, since its server ended or the network changed in between, stays blank or without
// looks: no browser asks again by itself. It is loaded anew, later and later, and not for ever. What is loaded after the
// page has other ways to say so.
;(() => {
  const KEY = 'skein.loaded-anew'
  const MOST_TIMES = 4
  const FIRST_PAUSE_MS = 300
  const isPart = (it) =>
    it instanceof HTMLScriptElement || (it instanceof HTMLLinkElement && it.rel === 'stylesheet')
  /** How often this tab was loaded anew already; without storage nobody can say, and it is not. */
  const count = (next) => {
    try {
      if (next !== undefined) sessionStorage.setItem(KEY, String(next))
      return Number(sessionStorage.getItem(KEY))
    } catch {
      return MOST_TIMES
    }
  }
  let isWhole = true
  const mend = ({ target }) => {
    if (!isWhole || !isPart(target)) return
    isWhole = false
    const times = count()
    if (times >= MOST_TIMES) return
    count(times + 1)
    setTimeout(() => location.reload(), FIRST_PAUSE_MS * 2 ** times)
  }
  addEventListener('error', mend, true)
  addEventListener('load', () => {
    removeEventListener('error', mend, true)
    if (isWhole) count(0)
  })
})()
