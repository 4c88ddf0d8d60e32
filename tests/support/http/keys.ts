// A public key whose private half nobody has kept.

export const KEY_LINE =
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFwhhYiVfk5yxwp5DXG6aCsmmar1COBUrhnJCvv9FzZ6 olga@laptop'
