// How this program is named in lists of logins and in the audit.

import { hostname } from 'node:os'
import { version } from '../../server/version.ts'

/** What is allowed in a header and in a machine's name. */
export const machineName = (): string =>
  hostname()
    .replace(/[^\w .-]/g, '')
    .slice(0, 40) || 'a laptop'

export const userAgent = `skein/${version} (${process.platform}; ${machineName()})`
