// What whoever looks at a space may do with it. The server decides; this only keeps buttons away that it would refuse. Pure.

import type { Space, SpaceStanding } from '#protocol/api/spaces.ts'

type Standing = Pick<Space, 'standing'>

const within =
  (...standings: readonly SpaceStanding[]) =>
  ({ standing }: Standing): boolean =>
    standing !== undefined && standings.includes(standing)

/** Terminals, files, ports, ssh. */
export const mayEnter = within('user', 'manager', 'owner')
/** Its terminals, without typing. */
export const mayWatch = within('viewer', 'user', 'manager', 'owner')
export const mayManage = within('manager', 'owner', 'administrator')
export const isOwn = within('owner')
export const mayDelete = within('owner', 'administrator')
