// A name has one holder. Of two that took it while peers were apart the earlier keeps it and the later is renamed; nobody
// is renamed without such cause.

import type { Claim, Create, FinalState, Rule } from './operation.ts'
import { doneBy } from './order.ts'
import type { Story } from './story.ts'

/** What a peer makes of a name that was taken: `web` becomes `web-` and some letters of the object's id. */
const RENAMED = /^(.+)-[0-9a-z]{4,12}$/

type Claiming = (Claim | Create) & { readonly name: string }
type Found = (object: string, rule: Rule, says: string) => void

export class Names {
  readonly #byName = new Map<string, Claiming[]>()
  readonly #skewMs: number | undefined

  constructor(stories: ReadonlyMap<string, Story>, skewMs: number | undefined) {
    this.#skewMs = skewMs
    for (const claim of [...stories.values()].flatMap(claimsOf)) {
      const known = this.#byName.get(claim.name)
      if (known) known.push(claim)
      else this.#byName.set(claim.name, [claim])
    }
  }

  check(stories: ReadonlyMap<string, Story>, finals: readonly FinalState[], found: Found): void {
    for (const state of finals) {
      checkTwice(state, found)
      for (const [object, { name }] of state.objects) {
        const story = stories.get(object)
        if (name !== undefined && story) this.#checkHeld(object, name, story, state.peer, found)
      }
    }
  }

  #checkHeld(object: string, name: string, story: Story, peer: string, found: Found): void {
    const claims = claimsOf(story)
    const original = RENAMED.exec(name)?.[1]
    const claimed = claims.filter((claim) => claim.name === name)
    const renamed = claims.filter((claim) => claim.name === original && this.#isContended(claim))
    const held = [...claimed, ...renamed]
    if (held.length === 0) {
      const why = claims.some((claim) => claim.name === original)
        ? 'though nobody else can have had its name first'
        : 'which it never claimed'
      found(
        object,
        claims.length === 0 ? 'unwritten' : 'usurped',
        `${peer} calls it ${name}, ${why}`,
      )
      return
    }
    // When a peer renamed it nobody was told: that may be the last of all its names.
    if (renamed.length > 0) return
    const isLater = (claim: Claiming) => held.every((other) => this.#isBefore(other, claim))
    const later = claims.find(
      (claim) => claim.outcome === 'ok' && isLater(claim) && !this.#mayBeIdle(claim, claims),
    )
    if (later)
      found(object, 'lost', `${later.id} named it ${later.name} later, ${peer} calls it ${name}`)
  }

  /**
   * Whether the peer may have called it so already, and so have had nothing to write: then what it had not heard of yet is
   * later. Not where it has itself given it another name since it was first called so.
   */
  #mayBeIdle(claim: Claiming, claims: readonly Claiming[]): boolean {
    const isOfSame = ({ name }: Claiming) => name === claim.name
    const since = claims.filter(
      (other) => !isOfSame(other) && other.peer === claim.peer && this.#isBefore(other, claim),
    )
    return claims.some(
      (first) =>
        first !== claim &&
        isOfSame(first) &&
        first.startMs < claim.endMs &&
        since.every((other) => !this.#isBefore(first, other)),
    )
  }

  /** Whether another object may have claimed the same name first. */
  #isContended(claim: Claiming): boolean {
    const others = this.#byName.get(claim.name) ?? []
    return others.some((other) => other.object !== claim.object && !this.#isBefore(claim, other))
  }

  #isBefore(a: Claiming, b: Claiming): boolean {
    const doneMs = doneBy(a)
    if (a === b) return false
    return a.peer === b.peer
      ? doneMs < b.startMs
      : this.#skewMs !== undefined && doneMs + this.#skewMs < b.startMs
  }
}

function checkTwice({ peer, objects, holders: kept }: FinalState, found: Found): void {
  const holders = new Map<string, string>()
  for (const [object, { name }] of objects) {
    if (name === undefined) continue
    const other = holders.get(name)
    if (other !== undefined) found(object, 'named twice', `${peer} calls ${other} ${name} as well`)
    holders.set(name, object)
    const holder = kept ? kept.get(name) : object
    if (holder !== object)
      found(object, 'usurped', `${peer} calls it ${name}, which ${holder ?? 'nobody'} holds`)
  }
}

const claimsOf = ({ claims }: Story): Claiming[] =>
  claims.filter(
    (claim): claim is Claiming => claim.outcome !== 'refused' && claim.name !== undefined,
  )
