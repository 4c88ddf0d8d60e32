// A network of our own on this machine: a namespace for each peer, joined by a bridge in one of its own, so that links
// between peers can be cut in one direction, and nothing of it touches the machine's network. Needs root and iproute2.

import { execFileSync } from 'node:child_process'

const ip = (...args: string[]) => execFileSync('ip', args, { stdio: 'pipe' })
const inside = (space: string, ...command: string[]) => ip('netns', 'exec', space, ...command)

/** Places are numbered from 1. */
export class Namespaces {
  readonly tag: string
  readonly size: number

  /** `tag` tells those of one process from another's; a process that a lab's owner starts is given its tag. */
  constructor(size: number, tag = `sk${process.pid}`) {
    this.size = size
    this.tag = tag
  }

  get hub(): string {
    return `${this.tag}-hub`
  }

  space(place: number): string {
    return `${this.tag}-${place}`
  }

  host(place: number): string {
    return `10.99.0.${place}`
  }

  /** Of who runs in the hub, once it is open. */
  get hubHost(): string {
    return '10.99.0.254'
  }

  open(): void {
    ip('netns', 'add', this.hub)
    inside(this.hub, 'ip', 'link', 'add', 'bridge', 'type', 'bridge')
    inside(this.hub, 'ip', 'link', 'set', 'bridge', 'up')
    for (const place of this.places) this.#plug(place)
  }

  /** Who runs in the hub reaches every peer, whatever is cut between those. */
  openHub(): void {
    inside(this.hub, 'ip', 'address', 'add', `${this.hubHost}/24`, 'dev', 'bridge')
    inside(this.hub, 'ip', 'link', 'set', 'lo', 'up')
  }

  /** What `from` sends no longer reaches `to`. */
  cut(from: number, to: number): void {
    inside(this.space(to), 'iptables', '-I', 'INPUT', '-s', this.host(from), '-j', 'DROP')
  }

  mend(from: number, to: number): void {
    inside(this.space(to), 'iptables', '-D', 'INPUT', '-s', this.host(from), '-j', 'DROP')
  }

  close(): void {
    for (const place of this.places) remove(this.space(place))
    remove(this.hub)
  }

  get places(): readonly number[] {
    return Array.from({ length: this.size }, (_, i) => i + 1)
  }

  #plug(place: number): void {
    const { hub } = this
    const space = this.space(place)
    const end = `${this.tag}p${place}`
    ip('netns', 'add', space)
    ip('link', 'add', end, 'netns', hub, 'type', 'veth', 'peer', 'eth0', 'netns', space)
    inside(hub, 'ip', 'link', 'set', end, 'master', 'bridge', 'up')
    inside(space, 'ip', 'address', 'add', `${this.host(place)}/24`, 'dev', 'eth0')
    inside(space, 'ip', 'link', 'set', 'eth0', 'up')
    inside(space, 'ip', 'link', 'set', 'lo', 'up')
  }
}

function remove(space: string): void {
  try {
    ip('netns', 'del', space)
  } catch {
    // It was never made.
  }
}
