// A public key whose private half nobody has kept.

export const KEY_LINE =
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFwhhYiVfk5yxwp5DXG6aCsmmar1COBUrhnJCvv9FzZ6 olga@laptop'

/** The `i`-th of any number of well formed keys. */
export function keyLine(i: number): string {
  const blob = Buffer.from(KEY_LINE.split(' ')[1] ?? '', 'base64')
  blob.writeUInt32BE(i, blob.length - 4)
  return `ssh-ed25519 ${blob.toString('base64')} key ${i}`
}
