// What the space offers: the apps its template names, the ports its programs listen on, the services it keeps up.

import type { ReactNode } from 'react'
import type { ServiceState, Space } from '#protocol/api/spaces.ts'
import { cx } from '../parts/class.ts'
import { Section } from '../parts/page.tsx'
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
  if (space.apps.length === 0) return <Nothing>{text.noApps}</Nothing>
  const open = new Set(space.ports.map(({ port }) => port))
  return (
    <ul>
      {space.apps.map((app) => (
        <li
          className="flex min-h-9 items-center gap-3 border-b py-1 text-sm last:border-b-0"
          key={app.name}
        >
          <TemplateIcon icon={app.icon} name={app.name} />
          <span className="grow font-medium">{app.name}</span>
          <span className="tabular font-mono text-ink-2 text-xs">
            {app.port}
            {app.path === '/' ? '' : app.path}
          </span>
          <Live on={open.has(app.port)}>{open.has(app.port) ? text.listening : text.silent}</Live>
        </li>
      ))}
    </ul>
  )
}

function Live({ on, children }: { readonly on: boolean; readonly children: ReactNode }) {
  return (
    <span
      className={cx('flex w-28 items-center gap-1.5 text-xs', on ? 'text-green' : 'text-ink-3')}
    >
      <span
        aria-hidden="true"
        className={cx('size-2 rounded-full', on ? 'bg-green' : 'border border-ink-3')}
      />
      {children}
    </span>
  )
}

function Ports({ space }: { readonly space: Space }) {
  if (space.state !== 'running') return <Nothing>{text.notRunning}</Nothing>
  if (space.ports.length === 0) return <Nothing>{text.none}</Nothing>
  return (
    <table className="w-full text-left text-sm">
      <thead className="text-ink-3 text-xs">
        <tr className="border-b">
          <th className="h-8 w-24 font-normal">{text.port}</th>
          <th className="font-normal">{text.process}</th>
          <th className="font-normal">{text.address}</th>
        </tr>
      </thead>
      <tbody>
        {space.ports.map(({ port, address, process }) => (
          <tr className="h-9 border-b last:border-b-0" key={`${address}:${port}`}>
            <td className="tabular font-medium font-mono">{port}</td>
            <td className="font-mono text-ink-2 text-xs">{process ?? words.spaces.none}</td>
            <td className="font-mono text-ink-3 text-xs">{address}</td>
          </tr>
        ))}
      </tbody>
    </table>
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
