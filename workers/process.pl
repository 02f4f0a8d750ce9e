# The founding example in Perl, with nothing but what comes with it.
#
#     forkdeck run perl workers/process.pl       then type {"hello":"world"} or {"n":300000}

use strict;
use warnings;
use IO::Handle;
use JSON::PP;

sub count_primes {
    my ($n) = @_;
    my $primes = 0;
    for my $candidate (2 .. $n) {
        my $divisor = 2;
        $divisor++ while $divisor * $divisor <= $candidate && $candidate % $divisor;
        $primes++ if $divisor * $divisor > $candidate;
    }
    return $primes;
}

my $fd = delete $ENV{NODE_CHANNEL_FD} // die "start me with `forkdeck run perl workers/process.pl`\n";
open my $in,  '<&=', $fd or die "descriptor $fd is no channel: $!\n";
open my $out, '>&=', $fd or die "descriptor $fd is no channel: $!\n";
$out->autoflush;
my $json = JSON::PP->new->utf8->allow_nonref;

while (my $line = <$in>) {
    my $message = $json->decode($line);
    my $n = ref $message eq 'HASH' && $message->{n} || 60_000;    # about 200 ms
    print $out $json->encode({ n => $n, primes => count_primes($n) }), "\n";
}
