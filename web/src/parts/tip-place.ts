// Where a tip stands: above or below its element, wholly on the page. Pure.

export interface Box {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

const GAP_PX = 6
const MARGIN_PX = 8

/** `tip` is its size; `page` is the window's. Below where there is room, else above. */
export function placeTip(
  near: Box,
  tip: Pick<Box, 'width' | 'height'>,
  page: Pick<Box, 'width' | 'height'>,
): { readonly left: number; readonly top: number } {
  const below = near.top + near.height + GAP_PX
  const fitsBelow = below + tip.height + MARGIN_PX <= page.height
  const middle = near.left + near.width / 2 - tip.width / 2
  return {
    left: Math.max(MARGIN_PX, Math.min(middle, page.width - tip.width - MARGIN_PX)),
    top: fitsBelow ? below : Math.max(MARGIN_PX, near.top - GAP_PX - tip.height),
  }
}
