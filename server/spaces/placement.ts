// Where a new space goes: a pure function of what its template asks for and what is known of every host, which answers the
// host and the reason in words. Whichever peer is asked decides; what it knows of other peers' hosts are their records and
// what their drivers say of them right now.

import type { HostId } from '#protocol/ids.ts'
import { labelText } from '#protocol/placement.ts'

/** What a space without a limit counts as: an editor, a shell and a small server. */
export const UNLIMITED_BYTES = 512 * 1024 * 1024
/** And in quotas, of cores. */
export const UNLIMITED_CORES = 1
/** Spaces that a core carries before a host counts as full: most of them wait for their people. */
const SPACES_PER_CORE = 8
/** To pull an image counts as this share of a host: better than a host that is half as free again, no better than that. */
const PULL_COST = 0.25

export interface Need {
  readonly zone?: string
  readonly labels: Readonly<Record<string, string>>
  readonly memoryBytes: number
  readonly images: readonly string[]
  /** Chosen by the person. */
  readonly hostId?: HostId
}

export interface HostState {
  readonly id: HostId
  readonly name: string
  readonly zone?: string
  readonly labels: Readonly<Record<string, string>>
  readonly isReady: boolean
  /** Why it is not ready. */
  readonly reason?: string
  readonly cpus: number
  readonly memoryBytes: number
  readonly maxSpaces?: number
  readonly maxMemoryBytes?: number
  /** Spaces that are there, running or not. */
  readonly spaces: number
  /** Those that shall run, and the memory that they may take. */
  readonly running: number
  readonly promisedBytes: number
  /** Images that it has; absent while its driver does not say. */
  readonly images?: ReadonlySet<string>
}

/** A host beside a need. */
export interface Judged {
  readonly host: HostState
  /** Why it will not do, whether it is there or not. */
  readonly misfit?: string
  /** Images that it would have to pull. */
  readonly missing: readonly string[]
  /** With the space on it: near 0 for an idle host, 1 for one whose memory is promised or whose cores are taken. */
  readonly load: number
}

export type Placing =
  | { readonly do: 'place'; readonly hostId: HostId; readonly name: string; readonly why: string }
  /** A host would do and is not there, or none is known yet. */
  | { readonly do: 'wait'; readonly why: string }
  | { readonly do: 'refuse'; readonly why: string }

export function placeSpace(need: Need, hosts: readonly HostState[]): Placing {
  const judged = judgeHosts(need, hosts)
  if (need.hostId !== undefined) return placeAsChosen(need.hostId, judged)
  if (judged.length === 0) return { do: 'wait', why: 'no host is known yet' }
  const fitting = judged.filter(({ misfit }) => misfit === undefined)
  if (fitting.length === 0) return { do: 'refuse', why: listed(judged.map(whyNot)) }
  const [best, ...others] = fitting.filter(({ host }) => host.isReady).toSorted(byPreference)
  if (best === undefined) return { do: 'wait', why: listed(fitting.map(whyNot)) }
  const { id: hostId, name } = best.host
  return { do: 'place', hostId, name, why: whyBest(best, others, judged) }
}

export function judgeHosts(need: Need, hosts: readonly HostState[]): readonly Judged[] {
  return hosts.map((host) => {
    const misfit = misfitOf(need, host)
    const { images } = host
    const missing = images ? need.images.filter((name) => !images.has(imageKey(name))) : []
    return { host, missing, load: loadOf(need, host), ...(misfit !== undefined && { misfit }) }
  })
}

/** `debian`, `debian:latest` and `docker.io/library/debian` are one image. */
export function imageKey(name: string): string {
  const short = name.replace(/^docker\.io\/(library\/)?/, '')
  return /[:@][^/]*$/.test(short) ? short : `${short}:latest`
}

function placeAsChosen(hostId: HostId, judged: readonly Judged[]): Placing {
  const chosen = judged.find(({ host }) => host.id === hostId)
  if (chosen === undefined) return { do: 'refuse', why: 'the chosen host is not known' }
  if (chosen.misfit !== undefined) return { do: 'refuse', why: whyNot(chosen) }
  return { do: 'place', hostId, name: chosen.host.name, why: 'it was chosen' }
}

/** Constraints first, since they will not change by themselves, then room. */
function misfitOf(need: Need, host: HostState): string | undefined {
  if (need.zone !== undefined && host.zone !== need.zone) {
    return host.zone === undefined
      ? `it is in no zone, and ${need.zone} is asked for`
      : `it is in zone ${host.zone}, and ${need.zone} is asked for`
  }
  for (const [key, value] of Object.entries(need.labels)) {
    const has = Object.hasOwn(host.labels, key) ? host.labels[key] : undefined
    if (has === undefined || (value !== '' && has !== value)) {
      return `it lacks the label ${labelText(key, value)}`
    }
  }
  if (host.maxSpaces !== undefined && host.spaces >= host.maxSpaces) {
    return `it has its ${host.maxSpaces} spaces`
  }
  return memoryMisfit(need.memoryBytes, host)
}

function memoryMisfit(bytes: number, host: HostState): string | undefined {
  const { maxMemoryBytes, promisedBytes } = host
  if (maxMemoryBytes === undefined || promisedBytes + bytes <= maxMemoryBytes) return undefined
  return `${size(promisedBytes)} of its ${size(maxMemoryBytes)} are promised already, and ${size(bytes)} are asked for`
}

/**
 * With the new space on it. Memory that is only promised may well be more than there is, since few spaces use what they may;
 * who wants a hard end sets one.
 */
function loadOf(need: Need, host: HostState): number {
  const { promisedBytes, memoryBytes, maxMemoryBytes, running, cpus } = host
  const memory = (promisedBytes + need.memoryBytes) / Math.max(1, maxMemoryBytes ?? memoryBytes)
  return Math.max(memory, (running + 1) / Math.max(1, cpus * SPACES_PER_CORE))
}

const costOf = ({ load, missing }: Judged): number => load + (missing.length > 0 ? PULL_COST : 0)

/** Equal hosts take turns by how many spaces they have; the id decides the rest, alike on every peer. */
function byPreference(a: Judged, b: Judged): number {
  const [cheaper, emptier] = [costOf(a) - costOf(b), a.host.spaces - b.host.spaces]
  if (cheaper !== 0) return cheaper
  if (emptier !== 0) return emptier
  return a.host.id < b.host.id ? -1 : 1
}

function whyBest(best: Judged, others: readonly Judged[], all: readonly Judged[]): string {
  if (all.length === 1) return 'it is the only host'
  const rest = all.filter((one) => one !== best && !others.includes(one))
  const tail = rest.length === 0 ? '' : ` (${listed(rest.map(whyNot))})`
  const [next] = others
  if (next === undefined) return `of ${all.length} hosts only it can take it now${tail}`
  const lacks = next.missing[0]
  if (best.missing.length === 0 && lacks !== undefined) {
    return `it has its images, and ${next.host.name} would have to pull ${lacks}${tail}`
  }
  const told = `${busy(best)}, ${next.host.name} ${busy(next)}`
  return `it is the least busy of ${others.length + 1}: ${told}${tail}`
}

const busy = ({ load, host }: Judged): string =>
  `${Math.round(load * 100)} % with ${host.running} running`

function whyNot({ host, misfit }: Judged): string {
  if (misfit !== undefined) return `${host.name}: ${misfit}`
  return `${host.name}: ${host.reason ?? 'it is not there'}`
}

/** The most hosts that a sentence names. */
const MAX_NAMED = 8

function listed(texts: readonly string[]): string {
  const more = texts.length > MAX_NAMED ? [`and ${texts.length - MAX_NAMED} more`] : []
  return [...texts.slice(0, MAX_NAMED), ...more].join('; ')
}

const MIB = 1024 ** 2
const GIB = 1024 ** 3

function size(bytes: number): string {
  if (bytes >= GIB) return `${Math.round((bytes / GIB) * 10) / 10} GB`
  return `${Math.round(bytes / MIB)} MB`
}
