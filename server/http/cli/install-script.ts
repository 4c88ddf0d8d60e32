// The script behind `curl … | sh`. It is one function called on its last line, so that half a script does nothing.

import { SkeinError } from '#protocol/errors.ts'

/** What may stand between single quotes in a shell, and is an origin. */
const ORIGIN = /^https?:\/\/(?:[a-z0-9_.-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/
const SHA256 = /^[0-9a-f]{64}$/

/** Throws `bad_host` for an origin that could be anything but an address. */
export function installScript(origin: string, sha256: string): string {
  if (!ORIGIN.test(origin) || !SHA256.test(sha256)) {
    throw new SkeinError('bad_host', { host: origin.slice(0, 100) })
  }
  return SCRIPT.replace('@URL@', origin).replace('@SHA256@', sha256)
}

const SCRIPT = `#!/bin/sh
# Installs skein, the program for a laptop: one file, run by Node 20 or newer. Changes nothing outside
# ~/.local/share/skein and ~/.local/bin. SKEIN_BIN names another folder for the command.
set -eu

url='@URL@'
sha256='@SHA256@'

say() { printf '%s\\n' "$*" >&2; }
stop() { say "skein: $*"; exit 1; }

fetch() {
  if command -v curl >/dev/null 2>&1; then
    curl -fsSL \${SKEIN_CA:+--cacert "$SKEIN_CA"} -o "$2" "$1"
  elif command -v wget >/dev/null 2>&1; then
    wget -q \${SKEIN_CA:+--ca-certificate="$SKEIN_CA"} -O "$2" "$1"
  else
    stop 'curl or wget is needed to fetch the program.'
  fi
}

sum() {
  if command -v sha256sum >/dev/null 2>&1; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d' ' -f1
}

install() {
  command -v node >/dev/null 2>&1 || stop 'Node 20 or newer is needed: https://nodejs.org'
  major=$(node -p 'process.versions.node.split(".")[0]')
  [ "$major" -ge 20 ] || stop "Node 20 or newer is needed; this is $(node -v)."
  share="\${XDG_DATA_HOME:-$HOME/.local/share}/skein"
  bin="\${SKEIN_BIN:-$HOME/.local/bin}"
  mkdir -p "$share" "$bin"
  draft=$(mktemp "$share/draft.XXXXXX")
  trap 'rm -f "$draft"' EXIT
  fetch "$url/cli/skein.mjs" "$draft" || stop "The program could not be fetched from $url."
  [ "$(sum "$draft")" = "$sha256" ] || stop 'What arrived is not what the server sent. Try again.'
  chmod 755 "$draft"
  mv -f "$draft" "$share/skein.mjs"
  ln -sf "$share/skein.mjs" "$bin/skein"
  say "skein is installed in $bin."
  case ":$PATH:" in
    *":$bin:"*) say "Next: skein login $url" ;;
    *) say "Add $bin to your PATH, then: skein login $url" ;;
  esac
}

install
`
