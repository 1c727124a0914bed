//! A virtual world around the real machines: phones, a gateway, holders, and every way in which a link can fail.
//!
//! ```text
//!   phone: ClientSession ⇄ wire: delay, rate, cuts ⇄ gateway: ServerSession · Mirror ⇄ local socket ⇄ holder: Owner · program
//!                                         truth: every byte written, every input and its fate
//! ```
//!
//! One seed is one life: it chooses the weather, the programs and what happens. After every step the checks look at
//! what each reader was shown and each person was told; once all obstacles are gone, everybody must agree.
//! Read first: [`run`], then `transition.rs`.

mod dock;
mod drive;
mod fold;
mod gateway;
mod holder;
mod model;
mod net;
mod person;
mod phone;
mod pipe;
mod rng;
mod settle;
mod transition;
mod trouble;
mod truth;
mod view;
mod visit;
mod watch;
mod world;

use std::collections::VecDeque;
use std::fmt::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};

use devtail_protocol::Time;

use self::person::Deed;
use self::transition::Transition;
use self::world::World;

/// What a check found, if anything.
type Checked = Result<(), String>;

/// Transitions that a failure shows.
const TRACE: usize = 50;

/// A fault put into the world on purpose, to see that the checks notice it. None is in the machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sabotage {
    /// The world is sound.
    None,
    /// The program applies an input a second time.
    ApplyTwice,
    /// The gateway drops an input on its way to the holder.
    LoseInput,
    /// The gateway reads a Log one unit too far on.
    SkipBytes,
    /// A Snapshot is bound to the offset before its own.
    MisplaceSnapshot,
}

impl Sabotage {
    /// Every way to put a fault into the world.
    pub const ALL: [Self; 4] =
        [Self::ApplyTwice, Self::LoseInput, Self::SkipBytes, Self::MisplaceSnapshot];
}

/// What a seed's life was like.
#[derive(Debug, Clone, Copy, Default)]
pub struct Life {
    /// Things that happened.
    pub transitions: usize,
    /// Inputs that were typed.
    pub inputs: usize,
    /// Turns of all drivers.
    pub turns: u64,
}

impl Life {
    /// Counts another life as well.
    pub const fn add(&mut self, other: Self) {
        self.transitions += other.transitions;
        self.inputs += other.inputs;
        self.turns += other.turns;
    }
}

/// A seed whose life broke a promise.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The seed.
    pub seed: u64,
    /// Which promise, when, and what happened last.
    pub story: String,
}

/// Lives one seed through.
///
/// # Errors
/// A check failed, or a machine panicked.
pub fn run(seed: u64, sabotage: Sabotage) -> Result<Life, Failure> {
    let mut trace = VecDeque::new();
    let lived = catch_unwind(AssertUnwindSafe(|| live(seed, sabotage, &mut trace)));
    let why = match lived {
        Ok(Ok(life)) => return Ok(life),
        Ok(Err(why)) => why,
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
            format!("a machine panicked: {}", text.unwrap_or("it did not say why"))
        }
    };
    let mut story = String::new();
    for (at, transition) in trace {
        let _ = writeln!(story, "  {:>12.6} s  {transition:?}", at.since(Time::ZERO).as_secs_f64());
    }
    let _ = writeln!(story, "  → {why}");
    Err(Failure { seed, story })
}

fn live(
    seed: u64,
    sabotage: Sabotage,
    trace: &mut VecDeque<(Time, Transition)>,
) -> Result<Life, String> {
    let mut world = World::new(seed, sabotage);
    for phone in 0..world.phones.len() {
        Deed::Open(model::Model::Terminal).apply(&mut world, phone)?;
    }
    let transitions = 10 + world.rng.index(if world.rng.clone().chance(10) { 250 } else { 60 });
    let rush = world.rng.pick(&[20, 500, 4000]);
    for _ in 0..transitions {
        let gap = world.rng.millis(0, rush);
        let until = world.now + gap;
        world.run_until(until).map_err(|why| told_at(&world, &why))?;
        let transition = Transition::choose(&mut world);
        if trace.len() == TRACE {
            trace.pop_front();
        }
        trace.push_back((world.now, transition));
        transition.apply(&mut world).map_err(|why| told_at(&world, &why))?;
    }
    settle::settle(&mut world).map_err(|why| told_at(&world, &format!("after settling: {why}")))?;
    Ok(Life { transitions, inputs: world.truth.typed_count(), turns: world.turns })
}

fn told_at(world: &World, why: &str) -> String {
    format!("{:.6} s: {why}", world.now.since(Time::ZERO).as_secs_f64())
}
