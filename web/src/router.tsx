// Every address and its page. Pages arrive when they are first opened; the frame and the list of spaces come first.

import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router'
import { Fault, Missing, MissingPage } from './app/fault.tsx'
import { Frame } from './app/frame.tsx'
import type { AuditSearch } from './audit/filter.ts'
import { load } from './net/load.ts'
import { SpacesPage } from './spaces/spaces-page.tsx'

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

const root = createRootRoute({ component: Outlet, notFoundComponent: MissingPage })

const setup = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  component: lazyRouteComponent(() => load(() => import('./setup/setup-page.tsx')), 'SetupPage'),
})

const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: (search: Record<string, unknown>): { to?: string | undefined } => ({
    to: text(search.to),
  }),
  component: lazyRouteComponent(() => load(() => import('./session/login-page.tsx')), 'LoginPage'),
})

const approve = createRoute({
  getParentRoute: () => root,
  path: '/cli/approve',
  component: lazyRouteComponent(() => load(() => import('./cli/approve-page.tsx')), 'ApprovePage'),
})

const invitation = createRoute({
  getParentRoute: () => root,
  path: '/invitation',
  component: lazyRouteComponent(
    () => load(() => import('./session/invitation-page.tsx')),
    'InvitationPage',
  ),
})

const frame = createRoute({ getParentRoute: () => root, id: 'frame', component: Frame })

const home = createRoute({
  getParentRoute: () => frame,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/spaces', replace: true })
  },
})

export interface SpacesSearch {
  readonly q?: string | undefined
  readonly sort?: string | undefined
}

const spaces = createRoute({
  getParentRoute: () => frame,
  path: '/spaces',
  validateSearch: (search: Record<string, unknown>): SpacesSearch => ({
    q: text(search.q),
    sort: text(search.sort),
  }),
  component: SpacesPage,
})

const newSpace = createRoute({
  getParentRoute: () => frame,
  path: '/spaces/new',
  validateSearch: (search: Record<string, unknown>): { template?: string | undefined } => ({
    template: text(search.template),
  }),
  component: lazyRouteComponent(
    () => load(() => import('./spaces/new-space-page.tsx')),
    'NewSpacePage',
  ),
})

const space = createRoute({
  getParentRoute: () => frame,
  path: '/spaces/$spaceId',
  validateSearch: (search: Record<string, unknown>): { connect?: true | undefined } => ({
    connect: search.connect === true ? true : undefined,
  }),
  component: lazyRouteComponent(() => load(() => import('./space/space-page.tsx')), 'SpacePage'),
})

const spaceTerminal = createRoute({
  getParentRoute: () => space,
  path: '/',
  validateSearch: (search: Record<string, unknown>): { terminal?: string | undefined } => ({
    terminal: text(search.terminal),
  }),
  component: lazyRouteComponent(
    () => load(() => import('./space/terminal-tab.tsx')),
    'TerminalTab',
  ),
})

export interface FilesSearch {
  /** The folder; the home folder without. */
  readonly path?: string | undefined
  /** The name of the file in it that is open. */
  readonly open?: string | undefined
}

const spaceFiles = createRoute({
  getParentRoute: () => space,
  path: '/files',
  validateSearch: (search: Record<string, unknown>): FilesSearch => ({
    path: text(search.path),
    open: text(search.open),
  }),
  component: lazyRouteComponent(() => load(() => import('./files/files-tab.tsx')), 'FilesTab'),
})

const spaceTimeline = createRoute({
  getParentRoute: () => space,
  path: '/timeline',
  component: lazyRouteComponent(
    () => load(() => import('./space/timeline-tab.tsx')),
    'TimelineTab',
  ),
})

const spacePorts = createRoute({
  getParentRoute: () => space,
  path: '/ports',
  component: lazyRouteComponent(() => load(() => import('./space/ports-tab.tsx')), 'PortsTab'),
})

const spaceSettings = createRoute({
  getParentRoute: () => space,
  path: '/settings',
  component: lazyRouteComponent(
    () => load(() => import('./space/settings-tab.tsx')),
    'SettingsTab',
  ),
})

const templates = createRoute({
  getParentRoute: () => frame,
  path: '/templates',
  component: lazyRouteComponent(
    () => load(() => import('./templates/templates-page.tsx')),
    'TemplatesPage',
  ),
})

const newTemplate = createRoute({
  getParentRoute: () => frame,
  path: '/templates/new',
  component: lazyRouteComponent(
    () => load(() => import('./templates/new-template-page.tsx')),
    'NewTemplatePage',
  ),
})

export interface TemplateSearch {
  /** The version that is looked at; the newest without. */
  readonly version?: string | undefined
  /** What it is compared with. */
  readonly against?: string | undefined
  /** What is shown beside the source. */
  readonly beside?: string | undefined
}

const template = createRoute({
  getParentRoute: () => frame,
  path: '/templates/$templateId',
  validateSearch: (search: Record<string, unknown>): TemplateSearch => ({
    version: text(search.version),
    against: text(search.against),
    beside: text(search.beside),
  }),
  component: lazyRouteComponent(
    () => load(() => import('./templates/template-page.tsx')),
    'TemplatePage',
  ),
})

export interface PeopleSearch {
  /** Groups, roles or invitations; else people. */
  readonly view?: string | undefined
  /** Whose, or which one's, details are open. */
  readonly open?: string | undefined
}

const people = createRoute({
  getParentRoute: () => frame,
  path: '/people',
  validateSearch: (search: Record<string, unknown>): PeopleSearch => ({
    view: text(search.view),
    open: text(search.open),
  }),
  component: lazyRouteComponent(() => load(() => import('./people/people-page.tsx')), 'PeoplePage'),
})

const variables = createRoute({
  getParentRoute: () => frame,
  path: '/variables',
  validateSearch: (search: Record<string, unknown>): { of?: string | undefined } => ({
    of: text(search.of),
  }),
  component: lazyRouteComponent(
    () => load(() => import('./variables/variables-page.tsx')),
    'VariablesPage',
  ),
})

const cluster = createRoute({
  getParentRoute: () => frame,
  path: '/cluster',
  validateSearch: (search: Record<string, unknown>): { peer?: string | undefined } => ({
    peer: text(search.peer),
  }),
  component: lazyRouteComponent(
    () => load(() => import('./cluster/cluster-page.tsx')),
    'ClusterPage',
  ),
})

const audit = createRoute({
  getParentRoute: () => frame,
  path: '/audit',
  validateSearch: (search: Record<string, unknown>): AuditSearch => ({
    actor: text(search.actor),
    action: text(search.action),
    target: text(search.target),
    from: text(search.from),
    to: text(search.to),
    peer: text(search.peer),
  }),
  component: lazyRouteComponent(() => load(() => import('./audit/audit-page.tsx')), 'AuditPage'),
})

/** What it was called before. */
const peers = createRoute({
  getParentRoute: () => frame,
  path: '/peers',
  beforeLoad: () => {
    throw redirect({ to: '/cluster', replace: true })
  },
})

const account = createRoute({
  getParentRoute: () => frame,
  path: '/account',
  component: lazyRouteComponent(
    () => load(() => import('./account/account-page.tsx')),
    'AccountPage',
  ),
})

const inFrame = [
  home,
  spaces,
  newSpace,
  space.addChildren([spaceTerminal, spaceFiles, spaceTimeline, spacePorts, spaceSettings]),
  templates,
  newTemplate,
  template,
  people,
  variables,
  cluster,
  peers,
  audit,
  account,
] as const

export const router = createRouter({
  routeTree: root.addChildren([setup, login, approve, invitation, frame.addChildren(inFrame)]),
  defaultErrorComponent: ({ error }) => <Fault error={error} />,
  defaultNotFoundComponent: Missing,
  defaultPreload: 'intent',
  scrollRestoration: true,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
