// Loads a part of the application when it is first needed. A network that changes at that moment (a container comes
// up, a laptop changes its Wi-Fi) costs a second try and not the page.

const TRIES = 4
const FIRST_WAIT_MS = 150

export async function load<T>(part: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await part()
    } catch (caught) {
      if (tried >= TRIES) throw caught
      await new Promise((resolve) => setTimeout(resolve, FIRST_WAIT_MS * 2 ** tried))
    }
  }
}
