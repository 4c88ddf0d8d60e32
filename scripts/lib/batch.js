// Several test files in one process, one after the other, each a suite whose hooks are its own: starting Node and reading
// what they all import costs more than most of their tests.
//   node scripts/lib/batch.js FILE…

import { suite } from 'node:test'
import { pathToFileURL } from 'node:url'

for (const file of process.argv.slice(2)) {
  // The runner waits for it.
  void suite(file, async () => {
    await import(pathToFileURL(file).href)
  })
}
