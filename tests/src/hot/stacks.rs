//! Stacks and who allocates, out of what callgrind writes with `--separate-callers`.
//!
//! There a function bears its callers' names behind its own, each behind a `'`: `seal'turn'hot_path'main`.

use std::collections::BTreeMap;

use super::COUNTED;

/// Where the heap's own functions begin.
const ALLOCATORS: &[&str] = &["malloc", "calloc", "realloc", "aligned_alloc", "posix_memalign"];
/// Functions that allocate for somebody else, who is the next one outside of them.
const MESSENGERS: &[&str] =
    &["alloc::", "<alloc::", "__rust", "core::", "std::", "bytes::", "<bytes::"];

/// Where a path's instructions and allocations come from.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Stacks {
    /// Instructions by stack, the outermost function first, with `;` between: what a flame graph is drawn of.
    pub instructions: BTreeMap<String, u64>,
    /// Allocations by who asked for them.
    pub allocations: BTreeMap<String, u64>,
}

impl Stacks {
    /// Reads callgrind's file, uncompressed.
    pub(super) fn read(text: &str) -> Self {
        let mut stacks = Self::default();
        let (mut function, mut called) = ("", "");
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            if let Some(name) = line.strip_prefix("fn=") {
                function = name;
            } else if let Some(name) = line.strip_prefix("cfn=") {
                called = name;
            } else if let Some(calls) = line.strip_prefix("calls=") {
                stacks.called(called, first(calls));
                // The next line is what the call cost with all below it, which has lines of its own.
                lines.next();
            } else if line.starts_with(|letter: char| letter.is_ascii_digit()) {
                let cost = line.split(' ').nth(1).map_or(0, first);
                *stacks.instructions.entry(stack(function)).or_default() += cost;
            }
        }
        stacks
    }

    fn called(&mut self, function: &str, times: u64) {
        let mut names = function.split('\'').take_while(|name| !name.contains(COUNTED));
        if names.next().is_some_and(|name| ALLOCATORS.contains(&name)) {
            let is_messenger = |name: &&str| MESSENGERS.iter().any(|start| name.starts_with(start));
            let asker = names.find(|name| !is_messenger(name)).unwrap_or("the path itself");
            *self.allocations.entry(asker.to_owned()).or_default() += times;
        }
    }
}

/// The stack up to what is counted, the outermost first.
fn stack(function: &str) -> String {
    let inner: Vec<&str> =
        function.split('\'').take_while(|name| !name.contains(COUNTED)).collect();
    let outer = inner.into_iter().rev().map(|name| name.replace(';', ","));
    std::iter::once(COUNTED.to_owned()).chain(outer).collect::<Vec<_>>().join(";")
}

fn first(numbers: &str) -> u64 {
    numbers.split(' ').next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WRITTEN: &str = "events: Ir\nsummary: 60\n\nob=hot\nfn=seal'turn'hot::hot_path'main\n273 10\n\
        fi=vec.rs\n274 20\ncfn=malloc'alloc::raw_vec::grow'seal'turn'hot::hot_path'main\ncalls=4 108\n274 30\n\
        fn=malloc'alloc::raw_vec::grow'seal'turn'hot::hot_path'main\n1 30\n\ntotals: 60\n";

    #[test]
    fn each_instruction_is_counted_once_and_stands_below_its_callers() {
        let counted =
            [("hot_path;turn;seal", 30), ("hot_path;turn;seal;alloc::raw_vec::grow;malloc", 30)];
        let wanted = counted.map(|(stack, count)| (stack.to_owned(), count));
        assert_eq!(Stacks::read(WRITTEN).instructions, BTreeMap::from(wanted));
    }

    #[test]
    fn an_allocation_is_of_who_asked_for_it() {
        let wanted = BTreeMap::from([("seal".to_owned(), 4)]);
        assert_eq!(Stacks::read(WRITTEN).allocations, wanted);
    }
}
