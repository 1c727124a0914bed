//! What befalls a process, or the machine below it.

use devtail_tests::chance::Chance;

/// One fault of a process or its host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The gateway is stopped (SIGSTOP), and goes on later.
    GatewayFrozen,
    /// The terminal's holder is stopped, and goes on later.
    HolderFrozen,
    /// The holder of another terminal is killed with -9: that terminal is gone, and nothing else.
    HolderKilled,
    /// The disk under the state folder is full for a while.
    DiskFull,
    /// The wall clock of gateway and holders jumps.
    ClockStep,
    /// The gateway may open no file and no connection for a while.
    NoDescriptors,
    /// The gateway is given no more memory for a while; where it dies of that, it is started again.
    NoMemory,
}

impl Fault {
    /// Each of them.
    pub(crate) const ALL: [Self; 7] = [
        Self::GatewayFrozen,
        Self::HolderFrozen,
        Self::HolderKilled,
        Self::DiskFull,
        Self::ClockStep,
        Self::NoDescriptors,
        Self::NoMemory,
    ];

    /// Its name in the summary.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::GatewayFrozen => "gateway_frozen",
            Self::HolderFrozen => "holder_frozen",
            Self::HolderKilled => "holder_killed",
            Self::DiskFull => "disk_full",
            Self::ClockStep => "clock_step",
            Self::NoDescriptors => "no_descriptors",
            Self::NoMemory => "no_memory",
        }
    }

    /// So many faults, in an order of the seed's: each kind comes as often as any other.
    pub(crate) fn plan(many: u64, chance: &mut Chance) -> Vec<Self> {
        let mut plan = Vec::new();
        while (plan.len() as u64) < many {
            let mut round = Self::ALL.to_vec();
            while !round.is_empty() {
                let next = chance.below(round.len() as u64);
                plan.push(round.swap_remove(usize::try_from(next).unwrap_or(0)));
            }
        }
        plan.truncate(usize::try_from(many).unwrap_or(usize::MAX));
        plan
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seven_faults_are_one_of_each_and_the_seed_gives_their_order() {
        let plan = Fault::plan(7, &mut Chance::new(1));
        assert!(Fault::ALL.iter().all(|fault| plan.contains(fault)));
        assert_eq!(plan, Fault::plan(7, &mut Chance::new(1)));
        assert_eq!(Fault::plan(10, &mut Chance::new(1)).len(), 10);
    }
}
