// Every page that somebody who is signed in can come to, and by what one sees that it is there.

import type { Page } from 'playwright-core'
import { TerminalScreen } from './screen.ts'

/** Ids of what was made before. */
interface Made {
  readonly templateId: string
  readonly notebook: string
  readonly broken: string
  readonly theirs: string
}

/** The editor is loaded after its page, and what it says of the source comes from the server. */
const editorReady = async (page: Page) => {
  await page.getByRole('textbox', { name: 'Template source' }).waitFor()
  await page.getByText('No problems').waitFor()
}

export const heading = (name: string) => (page: Page) =>
  page.getByRole('heading', { name, exact: true }).first().waitFor()

export interface Place {
  readonly name: string
  readonly path: (made: Made) => string
  readonly ready: (page: Page) => Promise<unknown>
}

export const inside: readonly Place[] = [
  {
    name: 'spaces',
    path: () => '/spaces',
    ready: (page) => page.getByRole('link', { name: 'notebook', exact: true }).waitFor(),
  },
  {
    name: 'nothing-fits',
    path: () => '/spaces?q=nothing+of+that+name',
    ready: heading('No space fits this filter'),
  },
  {
    name: 'new-space',
    path: ({ templateId }) => `/spaces/new?template=${templateId}`,
    ready: (page) => page.getByLabel('Subject').waitFor(),
  },
  {
    name: 'terminal',
    path: ({ notebook }) => `/spaces/${notebook}`,
    ready: (page) => new TerminalScreen(page).shows(/[$#]/),
  },
  {
    name: 'files',
    path: ({ notebook }) => `/spaces/${notebook}/files?path=/`,
    ready: (page) => page.getByRole('row', { name: 'etc' }).first().waitFor(),
  },
  {
    name: 'file',
    path: ({ notebook }) => `/spaces/${notebook}/files?path=/etc&open=passwd`,
    ready: (page) => page.getByRole('textbox', { name: 'Text of passwd' }).waitFor(),
  },
  {
    name: 'no-folder',
    path: ({ notebook }) => `/spaces/${notebook}/files?path=/mnt`,
    ready: heading('Nothing is in this folder'),
  },
  {
    name: 'timeline',
    path: ({ notebook }) => `/spaces/${notebook}/timeline`,
    ready: (page) => page.getByText('by ada').first().waitFor(),
  },
  { name: 'ports', path: ({ notebook }) => `/spaces/${notebook}/ports`, ready: heading('Apps') },
  {
    name: 'settings',
    path: ({ notebook }) => `/spaces/${notebook}/settings`,
    ready: heading('Name'),
  },
  {
    name: 'failed',
    path: ({ broken }) => `/spaces/${broken}`,
    ready: heading('This space could not go on'),
  },
  {
    name: 'not-mine',
    path: ({ theirs }) => `/spaces/${theirs}`,
    ready: (page) => page.getByRole('heading', { name: 'theirs', exact: true }).waitFor(),
  },
  {
    name: 'templates',
    path: () => '/templates',
    ready: (page) => page.getByRole('link', { name: 'Everything' }).first().waitFor(),
  },
  {
    name: 'new-template',
    path: () => '/templates/new',
    ready: editorReady,
  },
  {
    name: 'template',
    path: ({ templateId }) => `/templates/${templateId}`,
    ready: editorReady,
  },
  {
    name: 'cluster',
    path: () => '/cluster',
    ready: (page) => page.getByText('this one').first().waitFor(),
  },
  { name: 'people', path: () => '/people', ready: (page) => page.getByText('mel').waitFor() },
  { name: 'groups', path: () => '/people?view=groups', ready: heading('No groups yet') },
  { name: 'roles', path: () => '/people?view=roles', ready: heading('No custom roles yet') },
  {
    name: 'invitations',
    path: () => '/people?view=invitations',
    ready: heading('No open invitations'),
  },
  {
    name: 'variables',
    path: () => '/variables',
    ready: (page) => page.getByText('REGION').waitFor(),
  },
  {
    name: 'audit',
    path: () => '/audit',
    ready: (page) => page.getByText('The audit is whole').waitFor(),
  },
  {
    name: 'audit-nothing',
    path: () => '/audit?actor=nobody-of-that-name',
    ready: heading('Nothing fits'),
  },
  {
    name: 'account',
    path: () => '/account',
    ready: (page) => page.getByText('This session').waitFor(),
  },
  { name: 'missing', path: () => '/nowhere', ready: heading('There is nothing at this address') },
]
