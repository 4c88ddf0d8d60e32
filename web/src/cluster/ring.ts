// Where the peers stand in the picture, and the hosts behind them: on one ellipse, in the order of their names, so that the
// picture is the same whichever peer serves the page and nothing jumps when something changes. Shares of width and height.

export interface Point {
  readonly x: number
  readonly y: number
}

export interface Shape {
  /** Half axes of the ellipse on which peers stand, as shares of the picture. */
  readonly radius: Point
  /** How far outside of it hosts stand. */
  readonly beyond: Point
}

export const wide: Shape = { radius: { x: 0.25, y: 0.29 }, beyond: { x: 0.16, y: 0.155 } }
export const narrow: Shape = { radius: { x: 0.34, y: 0.34 }, beyond: { x: 0.1, y: 0.1 } }

const CENTRE: Point = { x: 0.5, y: 0.5 }
/** The first stands at the top. */
const START = -Math.PI / 2
/** Two hosts at one place are this far apart on the ellipse, radians. */
const SPREAD = 0.5
/** Nearer to the centre than this a mean has no direction. */
const NO_DIRECTION = 0.02

/** One alone stands in the middle. */
export function ring(count: number, { radius }: Shape): Point[] {
  if (count === 1) return [CENTRE]
  return Array.from({ length: count }, (_, i) => onEllipse(angleOf(i, count), radius))
}

/** `reached` has for each host the places of the peers that drive it, as indexes into the ring. */
export function hostsBehind(
  count: number,
  reached: readonly (readonly number[])[],
  { radius, beyond }: Shape,
): Point[] {
  const outer = { x: radius.x + beyond.x, y: radius.y + beyond.y }
  const wanted = reached.map((peers) => meanAngle(peers, count))
  return wanted.map((angle, i) => {
    const same = wanted.flatMap((other, j) => (Math.abs(other - angle) < 0.01 ? [j] : []))
    const place = same.indexOf(i) - (same.length - 1) / 2
    return onEllipse(angle + place * SPREAD, count === 1 ? { x: 0.28, y: 0.36 } : outer)
  })
}

const angleOf = (i: number, count: number): number => START + (i * 2 * Math.PI) / count

function onEllipse(angle: number, radius: Point): Point {
  return {
    x: CENTRE.x + radius.x * Math.cos(angle),
    y: CENTRE.y + radius.y * Math.sin(angle),
  }
}

/** Of peers that stand opposite each other the first decides. One peer alone has its hosts below it. */
function meanAngle(peers: readonly number[], count: number): number {
  if (count === 1) return Math.PI / 2
  const angles = peers.map((i) => angleOf(i, count))
  const x = mean(angles.map(Math.cos))
  const y = mean(angles.map(Math.sin))
  return Math.hypot(x, y) < NO_DIRECTION ? (angles[0] ?? START) : Math.atan2(y, x)
}

const mean = (numbers: readonly number[]): number =>
  numbers.reduce((sum, one) => sum + one, 0) / Math.max(1, numbers.length)
