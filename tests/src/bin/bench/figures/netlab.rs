//! How far the laboratory is from what it says, by instruments that know nothing of it: ping and iperf3.

use crate::Group;
use crate::figure::{Figure, Target, figure};

pub(super) const FIGURES: &[Figure] = &[
    figure(
        "netlab.delay.error",
        Group::Netlab,
        "ms",
        "LTE, 25 ms each way: what ping says is the mean round trip, less 50 ms",
        Some(Target::AtMost(2.0)),
        &[],
    ),
    figure(
        "netlab.jitter.error",
        Group::Netlab,
        "ms",
        "3G, ± 40 ms each way: the deviation that ping says, off what two even spreads have, 32.7 ms",
        Some(Target::AtMost(4.0)),
        &[],
    ),
    figure(
        "netlab.loss.error",
        Group::Netlab,
        "% points",
        "3G, 3 % each way: what ping says is lost of 4,000, off 5.9 %; chance alone is 0.4",
        Some(Target::AtMost(1.0)),
        &[],
    ),
    figure(
        "netlab.rate.tcp.error",
        Group::Netlab,
        "%",
        "20 Mbit/s: what iperf3 receives by TCP, headers counted, off that",
        Some(Target::AtMost(5.0)),
        &[],
    ),
    figure(
        "netlab.rate.udp.error",
        Group::Netlab,
        "%",
        "20 Mbit/s: what iperf3 receives by UDP of twice as much, headers counted, off that",
        Some(Target::AtMost(5.0)),
        &[],
    ),
];
