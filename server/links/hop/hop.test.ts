import { newId } from '#protocol/ids.ts'
import { conformance } from '../../../link/testing/conformance.ts'
import { Hopping } from '../../../link/testing/hopping.ts'

conformance('a hop', async () => {
  const hopping = await new Hopping().begin()
  return {
    streams: hopping.asker.links.streams,
    target: { space: hopping.holder.spaceId },
    nowhere: { space: newId<'space'>() },
    close: () => hopping.close(),
  }
})
