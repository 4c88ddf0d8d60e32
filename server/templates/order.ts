// In which order a space's containers start: what others depend on comes first, the main one last.

import type { Service } from './template.ts'

export function startOrder(
  services: readonly Service[],
  main: string,
): { readonly order: readonly Service[]; readonly problem?: string } {
  const order: Service[] = []
  const names = new Map(services.map((service) => [service.name, service]))
  const visiting = new Set<string>()
  let problem: string | undefined
  const visit = (service: Service) => {
    if (order.includes(service)) return
    if (visiting.has(service.name)) {
      problem ??= `The service “${service.name}” depends on itself.`
      return
    }
    visiting.add(service.name)
    for (const { service: needed } of service.dependsOn) {
      const dependency = names.get(needed)
      if (dependency === undefined)
        problem ??= `“${service.name}” depends on “${needed}”, which is no service.`
      else if (needed === main)
        problem ??= `“${service.name}” depends on the main service, which starts last.`
      else visit(dependency)
    }
    order.push(service)
  }
  for (const service of services) if (service.name !== main) visit(service)
  for (const service of services) if (service.name === main) visit(service)
  return { order, ...(problem !== undefined && { problem }) }
}
