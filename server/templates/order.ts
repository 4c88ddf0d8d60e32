// In which order a space's containers start: what others depend on comes first, the main one last.

import type { Service } from './template.ts'

export function startOrder(
  services: readonly Service[],
  main: string,
): {
  readonly order: readonly Service[]
  /** `at` is the service whose `depends_on` is wrong. */
  readonly problem?: { readonly at: string; readonly message: string }
} {
  const order: Service[] = []
  const names = new Map(services.map((service) => [service.name, service]))
  const visiting = new Set<string>()
  let problem: { at: string; message: string } | undefined
  const visit = (service: Service) => {
    if (order.includes(service)) return
    if (visiting.has(service.name)) {
      problem ??= { at: service.name, message: `The service “${service.name}” depends on itself.` }
      return
    }
    visiting.add(service.name)
    for (const { service: needed } of service.dependsOn) {
      const dependency = names.get(needed)
      if (dependency === undefined)
        problem ??= problemOf(service, `“${needed.slice(0, 64)}”, which is no service.`)
      else if (needed === main)
        problem ??= problemOf(service, 'the main service, which starts last.')
      else visit(dependency)
    }
    order.push(service)
  }
  for (const service of services) if (service.name !== main) visit(service)
  for (const service of services) if (service.name === main) visit(service)
  return { order, ...(problem !== undefined && { problem }) }
}

const problemOf = ({ name }: Service, on: string) => ({
  at: name,
  message: `“${name}” depends on ${on}`,
})
