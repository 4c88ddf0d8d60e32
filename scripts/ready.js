// Whether the peer of this container is ready, as an exit status for Docker's health check. It asks the address of
// SKEIN_LISTEN; a port that speaks HTTPS answers about its health in plain HTTP as well.

/** Docker's own limit is longer (Dockerfile, docker-compose.yml). */
const TIMEOUT_MS = 4_000

const listen = process.env.SKEIN_LISTEN ?? '127.0.0.1:7534'
// An address that means every address is asked on this machine.
const address = listen.replace(/^0\.0\.0\.0:/, '127.0.0.1:').replace(/^\[::\]:/, '[::1]:')

try {
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  const answer = await fetch(`http://${address}/readyz`, { signal })
  console.log(await answer.text())
  process.exitCode = answer.ok ? 0 : 1
} catch (error) {
  console.log(`${address} does not answer: ${error.cause?.message ?? error.message}`)
  process.exitCode = 1
}
