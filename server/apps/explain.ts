// Why an app does not answer, in words: to its owner all of it, to others only that it does not. Pure.

import type { Space } from '#protocol/api/spaces.ts'
import type { SkeinError } from '#protocol/errors.ts'
import type { AppHost } from './host.ts'
import type { Page } from './pages.ts'

/** Buttons to what else listens; a space with more has a page that lists them. */
const MAX_LINKS = 12

export interface Situation {
  readonly error: SkeinError
  readonly host: AppHost
  readonly port: number
  /** For the owner; undefined for everyone else. */
  readonly space: Space | undefined
  /** Of Skein's own page. */
  readonly pageOrigin: string
  /** The address of another port of the space. */
  urlOf(port: number): string
}

export function explain(situation: Situation): Page {
  const { error, host, space } = situation
  const code = error.code
  if (!space) {
    return {
      title: 'Nothing answers here now',
      lines: [`This address belongs to ${host.user}. The page opens by itself once it answers.`],
      watches: true,
      code,
    }
  }
  if (space.state !== 'running') return stopped(situation, space)
  if (code === 'nothing_listens') return silent(situation, space)
  return { title: error.message, lines: [error.body.hint], watches: true, code }
}

function stopped({ error, pageOrigin, host }: Situation, space: Space): Page {
  const starts = space.desired === 'running'
  return {
    title: `${host.space} ${starts ? 'is not running yet' : 'is stopped'}`,
    lines: [space.reason, 'This page opens the app by itself once it answers.'],
    links: [
      {
        href: `${pageOrigin}/spaces/${space.id}`,
        text: starts ? 'See what it is doing' : 'Open the space to start it',
      },
    ],
    watches: true,
    code: error.code,
  }
}

function silent({ error, port, host, pageOrigin, urlOf }: Situation, space: Space): Page {
  const others = space.ports.map((it) => it.port).filter((it) => it !== port)
  const names = new Map(space.apps.map((app) => [app.port, app.name]))
  const links = [...new Set(others)].slice(0, MAX_LINKS).map((it) => ({
    href: urlOf(it),
    text: names.has(it) ? `${names.get(it)} (port ${it})` : `Port ${it}`,
  }))
  const start = 'Start your program; this page opens it by itself once it listens.'
  const also = links.length > 0 ? ['These ports listen now:'] : ['No other port listens now.']
  return {
    title: `Nothing listens on port ${port} in ${host.space}`,
    lines: [start, ...also],
    links: [...links, { href: `${pageOrigin}/spaces/${space.id}`, text: 'Open the space' }],
    watches: true,
    code: error.code,
  }
}
