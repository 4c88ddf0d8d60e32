// Keeps ssh2's native ciphers out of the process; to be imported before anything of ssh2. They are `node::ObjectWrap`s,
// and since Node 24.21 the collection of one aborts the whole process: its destructor removes a clean-up hook, which
// asserts an environment that there is not during garbage collection (no-addon.test.ts shows it). Without them ssh2
// uses Node's own AES-GCM, which also leaves no code in C++ between strangers' bytes and us.

import Module, { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const ADDON = 'ssh2/lib/protocol/crypto/build/Release/sshcrypto.node'

try {
  const file = require.resolve(ADDON)
  const absent = new Module(file)
  // ssh2 takes its classes out of what it gets, and goes on without them when that fails.
  absent.exports = undefined
  absent.loaded = true
  require.cache[file] ??= absent
} catch {
  // It was never built, or this is a bundle.
}
