// What is said over every stream: lines that are numbered and filled with what their number tells, so that whoever reads
// knows each byte beforehand. And the program that says them in a space, once on a terminal, behind ssh and at a port.

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
/** Neighbours begin at letters that are far apart, so that a piece of one is no piece of the next. */
const STEP = 7

/** The program's first words, on a line of its own: what came before them is the shell's. */
export const BEGINS = 'talk-begins'
/** The input that ends the program. */
export const END = 'end'

export interface Sizes {
  /** What the program says by itself, bytes a line, and how often, ms. */
  readonly tickBytes: number
  readonly tickMs: number
}

export const fill = (number: number, length: number): string => {
  const from = (number * STEP) % LETTERS.length
  return LETTERS.repeat(Math.ceil((from + length) / LETTERS.length)).slice(from, from + length)
}

/** Input `number`, without its end of line. */
export const inputLine = (number: number, length: number): string =>
  `${number} ${fill(number, length)}`

export const tickLine = (number: number, length: number): string =>
  `${number} tick ${fill(number, length)}`

export const gotLine = (number: number, input: string): string => `${number} got ${input}`

export const endLine = (number: number, inputs: number): string => `${number} end ${inputs}`

/** Where the program lies in a space. */
export const PROGRAM_PATH = '/tmp/talk.pl'
/** Where it serves: what connects has a program of its own. */
export const PORT = 9000

/** The words that start it as whoever talks needs it. */
export const command = (dress: 'tty' | 'pipe', { tickBytes, tickMs }: Sizes): string =>
  `exec perl ${PROGRAM_PATH} ${dress} ${tickBytes} ${tickMs}`
export const serving = ({ tickBytes, tickMs }: Sizes): readonly string[] => [
  ...['setsid', '-f', 'perl', PROGRAM_PATH, String(PORT), String(tickBytes), String(tickMs)],
]

/**
 * Perl, since Debian has nothing else that reads and waits at once. It repeats what it read as it came, so that whatever
 * is lost, doubled or changed on the way in is seen by whoever typed it. A pty without echo and without changed line ends.
 */
export const PROGRAM = `use strict; use IO::Socket::INET; use Time::HiRes 'time';
my ($dress, $bytes, $every) = @ARGV; my ($in, $out) = (*STDIN, *STDOUT);
$SIG{HUP} = 'DEFAULT';
if ($dress eq 'tty') { system('stty', '-echo', '-opost') }
elsif ($dress ne 'pipe') {
  $SIG{CHLD} = 'IGNORE';
  my $server = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $dress, Listen => 50, ReuseAddr => 1) or die;
  for (;;) { my $one = $server->accept or next; next if fork; ($in, $out) = ($one, $one); last }
}
my $letters = '${LETTERS}' x (2 + int($bytes / ${LETTERS.length}));
my ($said, $got, $rest, $next) = (0, 0, '', time);
sub put { my $text = shift; my $at = 0;
  while ($at < length $text) { my $n = syswrite($out, $text, length($text) - $at, $at); exit 3 unless defined $n; $at += $n } }
sub line { put((++$said) . " $_[0]\\n") }
put("${BEGINS}\\n");
for (;;) {
  my $wait = $next - time;
  if ($wait <= 0) { line('tick ' . substr($letters, ($said + 1) * ${STEP} % ${LETTERS.length}, $bytes)); $next = time + $every / 1000; next }
  my $ready = ''; vec($ready, fileno($in), 1) = 1;
  next unless select($ready, undef, undef, $wait) > 0;
  my $n = sysread($in, $rest, 65536, length $rest);
  exit 4 unless $n;
  while ($rest =~ s/^([^\\n]*)\\n//) {
    my $input = $1;
    if ($input eq '${END}') { line("end $got"); exit 0 }
    $got++; line("got $input");
  }
}
`
