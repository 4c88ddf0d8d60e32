// What a space runs on: hosts, peers, ssh; live updates; and the audit.

import { z } from 'zod'
import {
  auditExportSchema,
  auditPageSchema,
  auditPagingSchema,
  auditReportSchema,
} from '../audit.ts'
import { hostSchema, placementQuerySchema, placementSchema } from '../hosts.ts'
import { SOCKET, type Table } from '../operation.ts'
import { peerAskedSchema, peerAskSchema, peerSchema, peerUrlSchema } from '../peers.ts'
import { sshAccessSchema } from '../ssh.ts'

const hosts = z.object({ hosts: z.array(hostSchema) })
const urls = z.object({ urls: z.array(peerUrlSchema) })
const peers = z.object({ peers: z.array(peerSchema) })
/** The cluster's secret. */
const token = z.object({ token: z.string() })
const file = { bytes: ['application/x-ndjson', 'text/csv'] } as const
/** OpenAPI. */
const description = z.record(z.string(), z.unknown())

export const clusterOperations = {
  'GET /ssh': { answers: { 200: sshAccessSchema } },
  'GET /hosts': { answers: { 200: hosts } },
  'GET /placement': { query: placementQuerySchema, answers: { 200: placementSchema } },
  'GET /peers/urls': { answers: { 200: urls } },
  'GET /peers': { answers: { 200: peers } },
  'POST /peers/:id/wishes': { body: peerAskSchema, answers: { 202: peerAskedSchema } },
  'POST /peers/token': { answers: { 200: token } },
  'GET /audit': { query: auditPagingSchema, answers: { 200: auditPageSchema } },
  'GET /audit/export': { query: auditExportSchema, answers: { 200: file } },
  'GET /audit/verify': { answers: { 200: auditReportSchema } },
  'GET /live': SOCKET,
  'GET /openapi.json': { answers: { 200: description } },
} as const satisfies Table
