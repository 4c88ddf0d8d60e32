// Makes libuv's threads before the first child: Node aborts when it needs one and the user's programs have taken all
// that the container's pids limit gives. All four are made at the first use.

import { stat } from 'node:fs/promises'

export async function warmThreadPool(): Promise<void> {
  await stat('/')
}
