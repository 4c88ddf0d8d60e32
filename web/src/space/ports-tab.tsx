// What the space offers: the apps its template names, the ports its programs listen on, the services it keeps up.

import type { ReactNode } from 'react'
import type { ListeningPort, ServiceState, Space } from '#protocol/api/spaces.ts'
import { isOwn } from '../api/standing.ts'
import { cx } from '../parts/class.ts'
import { Section } from '../parts/page.tsx'
import { HealthMark, healthOf } from '../ports/app-health.tsx'
import { PortActions } from '../ports/port-actions.tsx'
import { VisibilityMark } from '../ports/visibility-mark.tsx'
import { TemplateIcon } from '../templates/template-icon.tsx'
import { words } from '../words.ts'
import { useCurrentSpace } from './current.ts'

const text = words.ports

export function PortsTab() {
  const space = useCurrentSpace()
  return (
    <div className="max-w-4xl px-4 py-2 sm:px-6">
      <Section text={text.appsText} title={text.apps}>
        <Apps space={space} />
      </Section>
      <Section text={text.portsText} title={text.ports}>
        <Ports space={space} />
      </Section>
      {space.services.length > 0 && (
        <Section text={text.servicesText} title={text.services}>
          <ul>
            {space.services.map((service) => (
              <Service key={service.name} service={service} />
            ))}
          </ul>
        </Section>
      )}
    </div>
  )
}

const Nothing = ({ children }: { readonly children: ReactNode }) => (
  <p className="text-ink-3 text-sm">{children}</p>
)

function Apps({ space }: { readonly space: Space }) {
  const mine = isOwn(space)
  if (space.apps.length === 0) return <Nothing>{text.noApps}</Nothing>
  return (
    <ul>
      {space.apps.map((app) => (
        <Row key={`${app.name} ${app.port}`}>
          <TemplateIcon icon={app.icon} name={app.name} />
          <div className="min-w-0 grow">
            <p className="flex flex-wrap items-center gap-x-3">
              <span className="truncate font-medium">{app.name}</span>
              <HealthMark health={healthOf(space, app)} />
            </p>
            <p className="flex flex-wrap items-center gap-x-3">
              <span className="tabular font-mono text-ink-3 text-xs">
                {app.port}
                {app.path === '/' ? '' : app.path}
              </span>
              <VisibilityMark {...app} />
            </p>
          </div>
          <PortActions
            access={app}
            mine={mine}
            name={app.name}
            path={app.path ?? '/'}
            port={app.port}
            space={space}
          />
        </Row>
      ))}
    </ul>
  )
}

const Row = ({ children }: { readonly children: ReactNode }) => (
  <li className="flex min-h-12 items-center gap-3 border-b py-1.5 text-sm last:border-b-0">
    {children}
  </li>
)

function Ports({ space }: { readonly space: Space }) {
  const mine = isOwn(space)
  const apps = new Set(space.apps.map(({ port }) => port))
  // What only an app's sharing is left of stands with the app.
  const ports = space.ports.filter(({ port, listening }) => listening !== false || !apps.has(port))
  if (ports.length === 0) {
    return <Nothing>{space.state === 'running' ? text.none : text.notRunning}</Nothing>
  }
  return (
    <ul>
      {ports.map((found) => (
        <Row key={`${found.address}:${found.port}`}>
          <span className="tabular w-12 shrink-0 font-medium font-mono">{found.port}</span>
          <div className="min-w-0 grow">
            <PortFacts found={found} />
          </div>
          <PortActions
            access={found}
            mine={mine}
            name={words.access.port(found.port)}
            port={found.port}
            space={space}
          />
        </Row>
      ))}
    </ul>
  )
}

/** What listens there; or that nothing does, and only its sharing is left. */
function PortFacts({ found }: { readonly found: ListeningPort }) {
  const silent = found.listening === false
  return (
    <>
      <p className={cx('truncate text-xs', silent ? 'text-ink-3' : 'font-mono text-ink-2')}>
        {silent ? text.silent : (found.process ?? words.spaces.none)}
      </p>
      <p className="flex flex-wrap items-center gap-x-3">
        {!silent && <span className="truncate font-mono text-ink-3 text-xs">{found.address}</span>}
        <VisibilityMark {...found} />
      </p>
    </>
  )
}

const tones: Record<ServiceState['state'], string> = {
  running: 'text-green',
  'backing-off': 'text-amber',
  stopped: 'text-ink-3',
}

function Service({ service }: { readonly service: ServiceState }) {
  return (
    <li className="flex min-h-9 flex-wrap items-center gap-x-3 border-b py-1 text-sm last:border-b-0">
      <span className="grow font-medium">{service.name}</span>
      {service.lastExit && <span className="text-ink-3 text-xs">{service.lastExit}</span>}
      {service.restarts > 0 && (
        <span className="tabular text-ink-3 text-xs">{text.restarts(service.restarts)}</span>
      )}
      <span className={cx('text-xs', tones[service.state])}>{text.service[service.state]}</span>
    </li>
  )
}
