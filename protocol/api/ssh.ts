// How this Skein is reached by ssh, as the HTTP API shows it.

export interface SshHostKey {
  /** e.g. `ssh-ed25519`. */
  readonly algorithm: string
  /** `SHA256:…`, as ssh shows it when it asks whether the host is known. */
  readonly fingerprint: string
  /** As in known_hosts, without the host: `ssh-ed25519 AAAA…`. */
  readonly line: string
}

export interface SshAccess {
  /** A name or an address, without brackets. */
  readonly host: string
  readonly port: number
  /** The same on every peer. */
  readonly hostKeys: readonly SshHostKey[]
}
