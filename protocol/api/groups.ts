// Groups and custom roles as the HTTP API shows and takes them.

import { z } from 'zod'
import { refSchema, timeSchema } from './parts.ts'
import { MAX_GIVEN, quotaSchema } from './people.ts'
import { quotaNames } from './quota-names.ts'
import type { Shown } from './shown.ts'

const name = z.string().min(1).max(64)
const description = z.string().max(1000)

export const groupSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string(),
    members: z.array(refSchema),
    /** Members who say who is in it. */
    managers: z.array(refSchema),
    roles: z.array(refSchema),
    quota: quotaSchema,
    createdAt: timeSchema,
  })
  .meta({ id: 'Group' })
export type Group = Shown<typeof groupSchema>

/** For whoever manages it: what its members' spaces take, and may. */
export const groupDetailSchema = groupSchema
  .extend({
    people: z.array(
      refSchema.extend({
        effectiveQuota: quotaSchema,
        used: z.record(z.enum(quotaNames), z.number()),
      }),
    ),
  })
  .meta({ id: 'GroupDetail' })
export type GroupDetail = Shown<typeof groupDetailSchema>

export const createGroupSchema = z.strictObject({
  id: z.uuid().optional(),
  name,
  description: description.default(''),
})
export type CreateGroup = z.input<typeof createGroupSchema>

export const updateGroupSchema = z.strictObject({
  name: name.optional(),
  description: description.optional(),
  /** User names. */
  add: z.array(name).max(MAX_GIVEN).default([]),
  remove: z.array(name).max(MAX_GIVEN).default([]),
  /** User names of members. */
  addManagers: z.array(name).max(MAX_GIVEN).default([]),
  removeManagers: z.array(name).max(MAX_GIVEN).default([]),
  /** Ids of custom roles, all of them. */
  roles: z.array(z.uuid()).max(MAX_GIVEN).optional(),
  quota: quotaSchema.strict().optional(),
})
export type UpdateGroup = z.input<typeof updateGroupSchema>

/** User names. */
export const groupPeopleSchema = z.strictObject({
  add: z.array(name).max(MAX_GIVEN).default([]),
  remove: z.array(name).max(MAX_GIVEN).default([]),
})
export type GroupPeople = z.input<typeof groupPeopleSchema>

export const roleSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string(),
    permissions: z.array(z.string()),
    createdAt: timeSchema,
  })
  .meta({ id: 'Role' })
export type CustomRole = Shown<typeof roleSchema>

export const rolesSchema = z.object({
  roles: z.array(roleSchema),
  /** What they can be made of. */
  permissions: z.array(z.string()),
})
export type Roles = Shown<typeof rolesSchema>

export const createRoleSchema = z.strictObject({
  id: z.uuid().optional(),
  name,
  description: description.default(''),
  permissions: z.array(z.string().max(64)).max(100).default([]),
})
export type CreateRole = z.input<typeof createRoleSchema>

export const updateRoleSchema = z.strictObject({
  name: name.optional(),
  description: description.optional(),
  permissions: z.array(z.string().max(64)).max(100).optional(),
})
export type UpdateRole = z.input<typeof updateRoleSchema>
