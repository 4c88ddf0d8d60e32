export async function doctor(_words: readonly string[], _json: boolean): Promise<number> {
  return 0
}
