// Gives spaces their hosts: in the transaction that makes them, or as soon as a host is there that will do. A space that
// waits for one is placed by the peer where it was made, so that no two peers place it differently.

import type { PlacementPreview } from '#protocol/api/hosts.ts'
import { SkeinError } from '#protocol/errors.ts'
import { type HostId, makeId, type SpaceId } from '#protocol/ids.ts'
import type { Actor } from '#protocol/link.ts'
import type { Clock, Random } from '../clock.ts'
import type { Change, Decision, Dot, Records, View } from '../records/records.ts'
import type { ParsedTemplate } from '../templates/template.ts'
import { type HostSources, hostStates, needOf } from './host-states.ts'
import { judgeHosts, type Placing, placeSpace } from './placement.ts'

export interface PlacerOptions extends HostSources {
  readonly records: Records
  readonly clock: Clock
  readonly random: Random
  /** Whether this peer's database made a row. */
  readonly isOwn: (birth: Dot) => boolean
}

/** What a space asks for. */
export interface Asked {
  readonly template: ParsedTemplate
  readonly parameters: Parameters<typeof needOf>[1]
  readonly hostId?: HostId
}

/** A placer does not act on the host, so it needs not own it: nobody else places the same space. */
export const placing = { owner: { assertValid: () => undefined } } as const

export class Placer {
  readonly #options: PlacerOptions

  constructor(options: PlacerOptions) {
    this.#options = options
  }

  decide(view: View, asked: Asked): Placing {
    return placeSpace(need(asked), hostStates(this.#options, view))
  }

  /** Where it would go, and what speaks against each host. */
  preview(view: View, asked: Asked): PlacementPreview {
    const hosts = hostStates(this.#options, view)
    const decided = placeSpace(need(asked), hosts)
    const host = decided.do === 'place' ? { id: decided.hostId, name: decided.name } : undefined
    return {
      ...(host && { host }),
      reason: decided.why,
      isRefused: decided.do === 'refuse',
      hosts: judgeHosts(need(asked), hosts).map(
        ({ host: { id, name, zone, isReady }, ...judged }) => ({
          ...{ id, name, isReady },
          ...(zone !== undefined && { zone }),
          ...judged,
        }),
      ),
    }
  }

  /** The changes that place a space. Throws `no_host_fits`. */
  changes(placing: Placing, id: SpaceId, intent: { intentId: string; actor: Actor }): Change[] {
    if (placing.do === 'refuse') throw new SkeinError('no_host_fits', { reasons: placing.why })
    const text =
      placing.do === 'wait'
        ? `It waits for a host: ${placing.why}`
        : `Placed on ${placing.name}: ${placing.why}`
    const { clock, random } = this.#options
    const stepId = makeId(clock.nowMs(), random(10))
    const body = { stepId, ...intent, step: 'place', text, state: 'note' } as const
    const told: Change = { op: 'append', stream: 'timeline', subject: id, body }
    if (placing.do === 'wait') return [told]
    const value = { hostId: placing.hostId, subnet: '' }
    return [{ op: 'set', kind: 'space', id, group: 'placement', value }, told]
  }

  /** Places what was made here and is nowhere yet; what shall be gone before it was anywhere goes. */
  async placeWaiting(): Promise<void> {
    const { records, isOwn } = this.#options
    const nowhere = records
      .list('space')
      .filter(({ groups, birth }) => !groups.placement && isOwn(birth))
    for (const { id } of nowhere) {
      await records.transact((view) => this.#settle(view, id), placing)
    }
  }

  #settle(view: View, id: SpaceId): Decision<undefined> {
    const row = view.get('space', id)
    const { spec, desired, name, identity, placement } = row?.groups ?? {}
    if (!spec || !desired || placement) return NOTHING
    if (desired.state === 'deleted') {
      const claim = `space:${identity?.ownerId}/${name?.name}` as const
      const held = view.holder(claim) === id
      const release: Change = { op: 'release', claim, holder: id }
      const changes: Change[] = [{ op: 'delete', kind: 'space', id }, ...(held ? [release] : [])]
      return { changes, result: undefined }
    }
    const template = this.#options.templates.parsed(spec.versionId)?.template
    if (template === undefined) return NOTHING
    const decided = this.decide(view, { template, parameters: spec.parameters })
    if (decided.do !== 'place') return NOTHING
    const intent = { intentId: desired.intentId, actor: desired.by }
    return { changes: this.changes(decided, id, intent), result: undefined }
  }
}

const need = ({ template, parameters, hostId }: Asked) => needOf(template, parameters, hostId)
const NOTHING: Decision<undefined> = { changes: [], result: undefined }
