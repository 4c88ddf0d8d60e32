// Where the peers stand in the picture, and the hosts beside them: on one ellipse, in the order of their names, so that the
// picture is the same whichever peer serves the page and nothing jumps when something changes. Shares of width and height.

export interface Point {
  readonly x: number
  readonly y: number
}

export interface Shape {
  /** Half axes of the ellipse on which peers stand, as shares of the picture. */
  readonly radius: Point
  /** From a peer to a host that it alone drives. */
  readonly aside: Point
}

/** With what a peer does written on it; with its name only; on a phone. */
export const wide: Shape = { radius: { x: 0.24, y: 0.34 }, aside: { x: 0.185, y: 0.12 } }
export const dense: Shape = { radius: { x: 0.31, y: 0.37 }, aside: { x: 0.14, y: 0.1 } }
export const narrow: Shape = { radius: { x: 0.34, y: 0.37 }, aside: { x: 0.1, y: 0.1 } }

/** The first stands at the top. */
const START = -Math.PI / 2
/** Hosts at one place are so far apart, as a share of the height. */
const PILE = 0.075
/** Directions steeper than this have their hosts above or below, others beside. */
const STEEP = 0.35

/** The middle of the ellipse: such that what stands on it is in the middle of the picture. */
export function centreOf(count: number, { radius }: Shape): Point {
  if (count < 2) return { x: 0.5, y: 0.5 }
  const [xs, ys] = [Math.cos, Math.sin].map((f) => angles(count).map(f))
  return { x: 0.5 - radius.x * middle(xs ?? []), y: 0.5 - radius.y * middle(ys ?? []) }
}

/** One alone stands in the middle. */
export function ring(count: number, shape: Shape): Point[] {
  const centre = centreOf(count, shape)
  if (count === 1) return [centre]
  const { radius } = shape
  return angles(count).map((angle) => ({
    x: centre.x + radius.x * Math.cos(angle),
    y: centre.y + radius.y * Math.sin(angle),
  }))
}

/** `driven` has for each host the place of the peer that drives it, as an index into the ring. */
export function hostsBeside(count: number, driven: readonly number[], shape: Shape): Point[] {
  return driven.map((by, i) => {
    const same = driven.flatMap((other, j) => (other === by ? [j] : []))
    const place = same.indexOf(i) - (same.length - 1) / 2
    const at = asideOf(by, count, shape)
    return { x: at.x, y: at.y + place * PILE }
  })
}

function asideOf(index: number, count: number, shape: Shape): Point {
  const at = ring(count, shape)[index] ?? { x: 0.5, y: 0.5 }
  const angle = angles(count)[index] ?? START
  const { aside } = shape
  if (count === 1) return { x: at.x, y: at.y + 3 * aside.y }
  if (Math.abs(Math.cos(angle)) < STEEP)
    return { x: at.x, y: at.y + Math.sign(Math.sin(angle)) * aside.y }
  return { x: at.x + Math.sign(Math.cos(angle)) * aside.x, y: at.y }
}

/** Two stand side by side. */
function angles(count: number): number[] {
  const start = count === 2 ? Math.PI : START
  return Array.from({ length: count }, (_, i) => start + (i * 2 * Math.PI) / count)
}

const middle = (numbers: readonly number[]): number =>
  (Math.min(...numbers) + Math.max(...numbers)) / 2
