// The terminal's typeface, which comes with the application and is fetched when it is first needed.

export const TERMINAL_FONT =
  '"JetBrains Mono Variable", ui-monospace, "DejaVu Sans Mono", Menlo, monospace'

/** JetBrains Mono's advance, in parts of the font's size. */
const ADVANCE = 0.6

/** WebGL cuts a cell's width to whole device pixels; where more than half of one is lost, one is given back. */
export function letterSpacingPx(
  fontPx: number,
  devicePixelRatio: number,
  drawsWithWebgl: boolean,
): number {
  if (!drawsWithWebgl) return 0
  return (fontPx * ADVANCE * devicePixelRatio) % 1 > 0.5 ? 1 : 0
}

/** Without it after this time the terminal opens in the system's. */
const WAIT_MS = 2_000

export async function terminalFont(): Promise<void> {
  const faces = ['13px', '600 13px'].map((face) => document.fonts.load(`${face} ${TERMINAL_FONT}`))
  const tooLate = new Promise<void>((resolve) => setTimeout(resolve, WAIT_MS))
  await Promise.race([Promise.all(faces).catch(() => undefined), tooLate])
}
