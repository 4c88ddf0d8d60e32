// Whether WebGL is worth using here. Where the browser would draw it without a graphics card (a virtual machine, a
// remote desktop), xterm's DOM renderer is faster, and it shows every row after any change.

let known: boolean | undefined

export function isWebglFast(): boolean {
  known ??= probe()
  return known
}

function probe(): boolean {
  const context = document
    .createElement('canvas')
    .getContext('webgl2', { failIfMajorPerformanceCaveat: true })
  // One of the page's sixteen contexts; it is given back at once.
  context?.getExtension('WEBGL_lose_context')?.loseContext()
  return context !== null
}
