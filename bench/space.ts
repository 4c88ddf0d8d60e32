// A space to measure in: the image of the tests, one main container, nothing else.

import { newId } from '#protocol/ids.ts'
import type { Api } from '../tests/support/api.ts'

export const BENCH_IMAGE = 'skein/debian-test:1'
const NAME = 'bench'

const SOURCE = `name: ${NAME}
main: main
services:
  main:
    image: ${BENCH_IMAGE}
`

export async function benchTemplate(api: Api): Promise<string> {
  const found = (await api.templates()).find((template) => template.name === NAME)
  return found?.id ?? (await api.createTemplate(SOURCE)).id
}

export async function benchSpace(api: Api, name: string): Promise<string> {
  const id = newId<'space'>()
  await api.createSpace({ id, name, templateId: await benchTemplate(api) })
  await api.until(id, 'running')
  return id
}
