// Loaded into a server's processes before everything else (`--import`): their wall clock is off by as many milliseconds as a
// file says, which may change while they run. The server knows nothing of it.

import { readFileSync } from 'node:fs'

const FILE = process.env.TEST_CLOCK_FILE ?? ''
const LOOK_MS = 100

const RealDate = Date
const realNow = Date.now.bind(Date)
let offsetMs = read()
setInterval(() => {
  offsetMs = read()
}, LOOK_MS).unref()

function read(): number {
  try {
    return Number(readFileSync(FILE, 'utf8')) || 0
  } catch {
    return 0
  }
}

RealDate.now = () => realNow() + offsetMs
globalThis.Date = new Proxy(RealDate, {
  apply: (date) => new date(date.now()).toString(),
  construct: (date, args, made) =>
    Reflect.construct(date, args.length === 0 ? [date.now()] : args, made),
})
