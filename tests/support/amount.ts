// How much of something a test does. A run of all tests has ten minutes on two cores; with SKEIN_TEST_WHOLE=1 each test does
// as much as has been promised, which CONTRIBUTING.md has a command for.

const isWhole = process.env.SKEIN_TEST_WHOLE === '1'

/** `usual` is enough to go wrong in every way that is known; `whole` is what was promised. */
export const amount = ({ usual, whole }: { usual: number; whole: number }): number =>
  isWhole ? whole : usual
