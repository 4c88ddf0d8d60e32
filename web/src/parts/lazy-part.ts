// A component that is fetched when it is first drawn.

import { type ComponentType, lazy } from 'react'
import { load } from '../net/load.ts'

export const lazyPart = <Name extends string, Props>(
  part: () => Promise<Record<Name, ComponentType<Props>>>,
  name: Name,
) => lazy(async () => ({ default: (await load(part))[name] }))
