// Templates, what they would make, and templates as documents.

import { z } from 'zod'
import {
  composeImportSchema,
  convertComposeSchema,
  importTemplateSchema,
  templateBundleSchema,
  templateImportSchema,
} from '../bundles.ts'
import { DONE, type Table } from '../operation.ts'
import { planTemplateSchema, templatePlanSchema } from '../plan.ts'
import {
  checkTemplateSchema,
  saveTemplateSchema,
  starterSchema,
  templateCheckSchema,
  templateDetailSchema,
  templateSchema,
  versionWithSourceSchema,
} from '../templates.ts'

const starters = z.object({ starters: z.array(starterSchema) })
const templates = z.object({ templates: z.array(templateSchema) })
/** JSON Schema. */
const language = z.record(z.string(), z.unknown())

export const templateOperations = {
  'GET /starters': { answers: { 200: starters } },
  'GET /templates': { answers: { 200: templates } },
  'POST /templates': { body: saveTemplateSchema, answers: { 201: templateDetailSchema } },
  'GET /templates/schema': { answers: { 200: language } },
  'POST /templates/check': { body: checkTemplateSchema, answers: { 200: templateCheckSchema } },
  'POST /templates/plan': { body: planTemplateSchema, answers: { 200: templatePlanSchema } },
  'POST /templates/compose': { body: convertComposeSchema, answers: { 200: composeImportSchema } },
  'POST /templates/import': { body: importTemplateSchema, answers: { 201: templateImportSchema } },
  'GET /templates/:id': { answers: { 200: templateDetailSchema } },
  'PUT /templates/:id': { body: saveTemplateSchema, answers: { 200: templateDetailSchema } },
  'DELETE /templates/:id': { answers: DONE },
  'GET /templates/:id/export': { answers: { 200: templateBundleSchema } },
  'GET /templates/:id/versions/:versionId': { answers: { 200: versionWithSourceSchema } },
} as const satisfies Table
