//! What goes wrong next.

use std::time::Duration;

use devtail_tests::chance::Chance;
use devtail_tests::proxy::Cut;

/// One thing that goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Every connection ends like this.
    Cut(Cut),
    /// Nothing passes for so long.
    Stall(Duration),
    /// The gateway is killed with -9, and is away for so long.
    Kill(Duration),
    /// The client's program ends and is started again.
    Restart,
}

impl Trouble {
    /// What goes wrong at cut `number` of `cuts`, of which `kills` are spread evenly.
    pub(crate) fn at(number: u64, cuts: u64, kills: u64, chance: &mut Chance) -> Self {
        let kills_by = |number: u64| number * kills / cuts;
        if kills_by(number + 1) > kills_by(number) {
            return Self::Kill(chance.millis_below(100));
        }
        match chance.below(100) {
            0..60 => Self::Cut(Cut::Reset),
            60..80 => Self::Cut(Cut::GatewayHalfOpen),
            // Costs the second and a half until a probe is given up.
            80..83 => Self::Cut(Cut::ClientHalfOpen),
            83..95 => Self::Stall(chance.millis_below(60)),
            _ => Self::Restart,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_so_many_kills_are_spread_over_the_run() {
        let mut chance = Chance::new(1);
        let troubles: Vec<Trouble> =
            (0..1000).map(|number| Trouble::at(number, 1000, 20, &mut chance)).collect();
        let is_kill = |trouble: &&Trouble| matches!(trouble, Trouble::Kill(_));
        assert_eq!(troubles.iter().filter(is_kill).count(), 20);
        assert_eq!(troubles[..500].iter().filter(is_kill).count(), 10);
    }
}
