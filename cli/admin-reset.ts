export async function adminReset(
  _n: string,
  _words: readonly string[],
  _json: boolean,
): Promise<number> {
  return 0
}
