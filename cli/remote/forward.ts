// What `skein port` is asked to forward. Pure.

import { SkeinError } from '#protocol/errors.ts'

export interface Forward {
  /** In the space. */
  readonly port: number
  /** On this machine; 0 takes any that is free. */
  readonly local: number
}

/** Digits alone, without a leading zero: `Number` would also take `0x50`, `1e2`, ` 80` and `+80`. */
const PORT = /^[1-9]\d{0,4}$/

/** `PORT` or `PORT:LOCAL`. Throws `port_invalid`. */
export function parseForward(text: string): Forward {
  const [port = '', local = port, ...rest] = text.split(':')
  if (rest.length > 0) throw invalid(text)
  return { port: readPort(port), local: local === '0' ? 0 : readPort(local) }
}

function readPort(text: string): number {
  const port = Number(text)
  if (!PORT.test(text) || port > 65_535) throw invalid(text)
  return port
}

const invalid = (port: string): SkeinError =>
  new SkeinError('port_invalid', { port: port.slice(0, 40) })
