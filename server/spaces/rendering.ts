// A space's template with the values of its next start, or of the one that runs: parameters from its record, names from
// those of its owner and host, variables and secrets from whoever keeps them. Nothing of a secret stays here.

import { SkeinError } from '#protocol/errors.ts'
import { Mask } from '#protocol/mask.ts'
import type { Records, Row } from '../records/records.ts'
import { assertAllowed } from '../templates/permission.ts'
import { renderTemplate } from '../templates/render.ts'
import type { RenderedSpace } from '../templates/rendered.ts'
import type { ParsedTemplate } from '../templates/template.ts'
import type { Scope } from '../templates/text.ts'
import { noValues, type StoredValues, type ValueProvider } from '../templates/values.ts'
import { version } from '../version.ts'
import type { Runtime } from './machine.ts'
import { nameOfHost } from './whose.ts'

export interface RenderingOptions {
  readonly records: Records
  /** Variables and secrets; without it there are none. */
  readonly values?: ValueProvider
  /** Where people open this server. */
  readonly publicUrl?: string
}

export interface Renderable {
  readonly row: Row<'space'>
  readonly template: ParsedTemplate
  readonly versionId: NonNullable<Runtime['versionId']>
  readonly parameters: NonNullable<Runtime['parameters']>
}

interface Ground {
  readonly scope: Scope
  /** Beside the secrets of the scope. */
  readonly hidden: readonly string[]
}

export class Rendering {
  readonly #options: RenderingOptions

  constructor(options: RenderingOptions) {
    this.#options = options
  }

  /** Rejects with `template_not_allowed`, `value_missing`, `parameter_invalid`, and with what the provider says. */
  async render(space: Renderable): Promise<RenderedSpace> {
    const version = this.#options.records.get('templateVersion', space.versionId)
    assertAllowed(space.template.reaches, version?.groups.permission)
    return renderTemplate(space.template, await this.#scope(space))
  }

  /** What must not be shown of a space. Shows nothing where that cannot be told. */
  async mask(space: Renderable): Promise<Mask> {
    const { template, parameters } = space
    try {
      const { scope, hidden } = await this.#ground(space)
      const given = template.parameters
        .filter(({ type }) => type === 'secret')
        .map(({ name }) => String(parameters[name] ?? ''))
      const kept = Object.values(scope.secrets ?? {})
      return new Mask([...given, ...kept, ...hidden, ...renderedSecrets(template, scope)])
    } catch {
      return Mask.all
    }
  }

  async #scope(space: Renderable): Promise<Scope> {
    return (await this.#ground(space)).scope
  }

  async #ground({ row, template, parameters }: Renderable): Promise<Ground> {
    const { records, publicUrl } = this.#options
    const { identity, name, spec, placement } = row.groups
    if (identity === undefined || spec === undefined) {
      throw new SkeinError('not_found', { thing: 'space' })
    }
    const owner = records.get('user', identity.ownerId)?.groups.profile
    const host = placement && records.get('host', placement.hostId)
    const stored = await this.#stored(template, row.id, identity.ownerId, spec.templateId)
    const { vars, secrets, hidden = [] } = stored
    const scope = {
      space: { id: row.id, name: name?.name ?? row.id },
      user: {
        id: identity.ownerId,
        username: owner?.username ?? '',
        name: owner?.displayName || (owner?.username ?? ''),
      },
      server: {
        version,
        ...(publicUrl !== undefined && { url: publicUrl }),
        ...(host && { host: nameOfHost(host) }),
      },
      param: parameters,
      vars,
      secrets,
    }
    return { scope, hidden }
  }

  async #stored(
    { stored: { vars, secrets } }: ParsedTemplate,
    spaceId: Row<'space'>['id'],
    ownerId: NonNullable<Row<'space'>['groups']['identity']>['ownerId'],
    templateId: NonNullable<Row<'space'>['groups']['spec']>['templateId'],
  ): Promise<StoredValues> {
    if (vars.length + secrets.length === 0) return { vars: {}, secrets: {} }
    const { values = noValues } = this.#options
    return await values.valuesFor({ spaceId, ownerId, templateId, vars, secrets })
  }
}

/** With what filters made of them; a template that cannot be rendered has put nothing anywhere. */
function renderedSecrets(template: ParsedTemplate, scope: Scope): readonly string[] {
  try {
    return renderTemplate(template, scope).secrets
  } catch {
    return []
  }
}
