// The parts of npm ssh2 1.17.0 that we stand on and that its own types leave out: the transport alone. A newer
// version is read again before it is taken; `offer.test.ts` holds the version.

declare module 'ssh2/lib/protocol/Protocol.js' {
  import type { KeyObject } from 'node:crypto'

  namespace Protocol {
    export interface PacketWriter {
      /** Where the payload begins in what `alloc` gives; it changes while keys are exchanged. */
      readonly allocStart: number
      readonly allocStartKEX: number
      alloc(payloadBytes: number, isForced?: boolean): Buffer
      finalize(packet: Buffer, isForced?: boolean): Buffer
    }

    export interface Negotiated {
      readonly kex: string
      readonly serverHostKey: string
      readonly cs: { readonly cipher: string; readonly mac: string }
      readonly sc: { readonly cipher: string; readonly mac: string }
    }

    export interface Directions {
      readonly cipher: readonly string[]
      readonly mac: readonly string[]
      readonly compress: readonly string[]
      readonly lang: readonly string[]
    }

    /** `lists.kex.array` is what is chosen from; what is sent was put together before. */
    export interface Offer {
      readonly lists: { readonly kex: { array: readonly string[] } }
    }

    /** A key exchange under way. The server calls these in this order. */
    export interface Exchange {
      readonly sessionID: Buffer
      readonly negotiated: Negotiated
      remoteExtInfoEnabled: boolean
      convertPublicKey(key: Buffer): Buffer
      computeSecret(key: Buffer): Buffer | Error
      getPublicKey(): Buffer
    }

    export interface HostKey {
      readonly type: string
      getPublicSSH(): Buffer
      sign(data: Buffer, hash?: string): Buffer | Error
    }
  }

  class Protocol {
    constructor(options: {
      server: true
      hostKeys: Readonly<Record<string, Protocol.HostKey>>
      ident: string
      offer: {
        kex: string[]
        serverHostKey: readonly string[]
        cs: Protocol.Directions
        sc: Protocol.Directions
      }
      onWrite(packet: Buffer | string): void
      onError(error: Error): void
      onHeader(): void
      onHandshakeComplete(negotiated: Protocol.Negotiated): void
      messageHandlers: Record<string, (...parts: unknown[]) => void>
    })
    start(): void
    parse(chunk: Buffer, from: number, to: number): void
    rekey(): void
    cleanup(): void
    _onPayload: (payload: Buffer) => unknown
    _onHandshakeComplete: (negotiated: Protocol.Negotiated) => void
    /** What KEXINIT will offer; it goes out when the client's first line is read. */
    _offer: Protocol.Offer
    readonly _packetRW: { readonly write: Protocol.PacketWriter }
    /** Made anew with each new keys. */
    readonly _cipher: {
      allocPacket(payloadBytes: number): Buffer
      /** Of AES-GCM, as is `_decipherKey`. */
      _encKey?: Uint8Array | KeyObject
    }
    readonly _decipher: {
      readonly inSeqno: number
      _onPayload(payload: Buffer): unknown
      _decipherKey?: Uint8Array | KeyObject
    }
    /** Our own KEXINIT, from its sending until the new keys are in use. */
    readonly _kexinit: Buffer | undefined
    readonly _kex: Protocol.Exchange | undefined
    /** The client guessed wrong, and what it sent ahead is thrown away. */
    _skipNextInboundPacket: boolean
    readonly _strictMode: boolean | undefined
  }

  export = Protocol
}

declare module 'ssh2/lib/protocol/kex.js' {
  import type { Offer } from 'ssh2/lib/protocol/Protocol.js'

  const kex: { readonly KexInit: new (offer: object) => Offer }
  export = kex
}

declare module 'ssh2/lib/protocol/crypto.js' {
  const crypto: { readonly bindingAvailable: boolean }
  export = crypto
}

declare module 'ssh2/lib/protocol/keyParser.js' {
  import type { HostKey } from 'ssh2/lib/protocol/Protocol.js'

  const keys: { parseKey(text: string): HostKey | HostKey[] | Error }
  export = keys
}

declare module 'ssh2/lib/protocol/utils.js' {
  import type Protocol from 'ssh2/lib/protocol/Protocol.js'

  const parts: { sendPacket(protocol: Protocol, packet: Buffer, isForced?: boolean): boolean }
  export = parts
}

declare module 'ssh2/lib/keygen.js' {
  const keygen: {
    generateKeyPairSync(type: 'ed25519'): { readonly private: string; readonly public: string }
  }
  export = keygen
}
