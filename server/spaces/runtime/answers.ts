// What we read of the engine's answers. The engine is outside, so its JSON passes these shapes at the door;
// fields that we do not use are dropped.

import { z } from 'zod'

const record = z
  .record(z.string(), z.string())
  .nullish()
  .transform((value) => value ?? {})
const words = z
  .array(z.string())
  .nullish()
  .transform((value) => value ?? [])

export const versionAnswer = z.object({
  Version: z.string(),
  ApiVersion: z.string(),
  MinAPIVersion: z.string().default('1.12'),
  Arch: z.string(),
})

export const infoAnswer = z.object({
  ID: z.string(),
  Name: z.string(),
  NCPU: z.number(),
  MemTotal: z.number(),
  LiveRestoreEnabled: z.boolean().default(false),
  CgroupVersion: z.string().default('1'),
})

export const imageAnswer = z.object({
  Id: z.string(),
  Architecture: z.string().default(''),
  Config: z
    .object({
      User: z.string().default(''),
      WorkingDir: z.string().default(''),
      Env: words,
      Entrypoint: words,
      Cmd: words,
    })
    .nullish()
    .transform((value) => value ?? { User: '', WorkingDir: '', Env: [], Entrypoint: [], Cmd: [] }),
})

export const imageListAnswer = z.array(z.object({ RepoTags: words }))

export const containerStates = [
  'created',
  'running',
  'paused',
  'restarting',
  'removing',
  'exited',
  'dead',
] as const
export type ContainerState = (typeof containerStates)[number]

export const containerListAnswer = z.array(
  z.object({
    Id: z.string(),
    Names: words,
    State: z.enum(containerStates),
    Labels: record,
    Created: z.number(),
  }),
)

const endpoint = z
  .object({
    EndpointID: z.string().default(''),
    IPAddress: z.string().default(''),
    Gateway: z.string().default(''),
  })
  .transform(({ EndpointID: id, IPAddress: address, Gateway: gateway }) => ({
    id,
    address,
    gateway,
  }))

export const containerAnswer = z.object({
  Id: z.string(),
  Created: z.string(),
  Config: z.object({ Labels: record }),
  State: z.object({
    Status: z.enum(containerStates),
    ExitCode: z.number(),
    OOMKilled: z.boolean().default(false),
    Error: z.string().default(''),
    Health: z.object({ Status: z.string() }).nullish(),
    StartedAt: z.string().default(''),
  }),
  NetworkSettings: z
    .object({ Networks: z.record(z.string(), endpoint).nullish() })
    .nullish()
    .transform((value) => value?.Networks ?? {}),
  Mounts: z
    .array(z.object({ Source: z.string().default(''), Destination: z.string() }))
    .default([]),
})

export const createdAnswer = z.object({ Id: z.string() })

export const networkListAnswer = z.array(
  z.object({
    Id: z.string(),
    Name: z.string(),
    Labels: record,
    IPAM: z
      .object({ Config: z.array(z.object({ Subnet: z.string().default('') })).nullish() })
      .nullish(),
  }),
)

export const volumeListAnswer = z.object({
  Volumes: z
    .array(z.object({ Name: z.string(), Labels: record }))
    .nullish()
    .transform((value) => value ?? []),
})

export const eventAnswer = z.object({
  Type: z.string(),
  Action: z.string(),
  Actor: z.object({ ID: z.string(), Attributes: record }),
})

export const pullAnswer = z.object({
  id: z.string().optional(),
  status: z.string().optional(),
  error: z.string().optional(),
  progressDetail: z
    .object({ current: z.number().optional(), total: z.number().optional() })
    .optional(),
})
