//! Once all obstacles are gone: everybody agrees, nobody waits, and the world falls silent.

use std::collections::BTreeSet;
use std::time::Duration;

use devtail_protocol::{Ch, Time};

use super::Checked;
use super::holder::Holder;
use super::model::Model;
use super::phone::Phone;
use super::view::View;
use super::world::World;

/// By then everything has been found out: liveness takes 45 s, a dead client's link 240 s, a flood over 20 kB/s a while.
const SETTLED_WITHIN: Duration = Duration::from_secs(400);
/// Quiet is watched for so long.
const QUIET: Duration = Duration::from_secs(120);
/// Turns that one live link may cost in that time: pings, answers, a compression context that is dropped.
const QUIET_TURNS_PER_PHONE: u64 = 24;

/// Heals the world and checks what must then be true.
pub(super) fn settle(world: &mut World) -> Checked {
    world.heal();
    world.run_until(world.now + SETTLED_WITHIN)?;
    let stuck = waiting_for_one_who_left(world);
    stuck.iter().for_each(|(phone, ch)| world.truth.abandon(world.phones[*phone].views[ch].outbox));
    // A slow program is given its time: it may rest between two flights of one long paste.
    for _ in 0..20 {
        let is_typing = |(number, phone): (usize, &Phone)| {
            let waits = |ch: &&Ch| phone.session.waiting(**ch).0 > 0;
            phone.views.keys().filter(waits).any(|ch| !stuck.contains(&(number, *ch)))
        };
        let all_quiet = world.holders.values().all(Holder::is_quiet);
        if all_quiet && !world.phones.iter().enumerate().any(is_typing) {
            break;
        }
        world.run_until(world.now + SETTLED_WITHIN)?;
    }
    let mut phones = world.phones.iter().enumerate().filter(|(_, phone)| !phone.is_closed());
    phones.try_for_each(|(at, phone)| agree(world, at, phone, &stuck))?;
    world.truth.check_all_settled()?;
    one_link_each(world)?;
    quiet(world)
}

/// What reads a program of which nothing may be lost, while the one that it waits for has started anew or gone for good:
/// by its own rules it never goes on.
fn waiting_for_one_who_left(world: &World) -> BTreeSet<(usize, Ch)> {
    let reads = |client, id| {
        let mut of =
            world.phones.iter().filter(|phone| phone.client == client && !phone.is_closed());
        of.any(|phone| phone.views.values().any(|view| view.id == id))
    };
    let mut stuck = BTreeSet::new();
    for (number, phone) in world.phones.iter().enumerate() {
        for (ch, view) in &phone.views {
            let holder = world.holders.get(&view.id);
            let first = holder.and_then(|holder| world.truth.life(holder.epoch).first_reader);
            if view.model == Model::Tunnel && first.is_some_and(|first| !reads(first, view.id)) {
                stuck.insert((number, *ch));
            }
        }
    }
    stuck
}

fn agree(world: &World, at: usize, phone: &Phone, stuck: &BTreeSet<(usize, Ch)>) -> Checked {
    let number = phone.number;
    if !phone.session.is_live() {
        return Err(format!("phone {number} is not live"));
    }
    if !phone.asked.is_empty() {
        return Err(format!("phone {number} never got an answer to {:?}", phone.asked));
    }
    for (ch, view) in &phone.views {
        let (inputs, _) = phone.session.waiting(*ch);
        if inputs > 0 && !stuck.contains(&(at, *ch)) {
            return Err(format!("phone {number} still holds {inputs} inputs of channel {ch}"));
        }
        same_as_host(world, view).map_err(|why| format!("phone {number}, channel {ch}: {why}"))?;
    }
    Ok(())
}

fn same_as_host(world: &World, view: &View) -> Checked {
    let Some(holder) = world.holders.get(&view.id) else {
        return Err("its holder is dead, and nobody said so".to_owned());
    };
    if !view.is_idle() {
        return Err("it has not parsed all it was given".to_owned());
    }
    let head = world.truth.life(holder.epoch).head();
    if view.model == Model::Tunnel && view.epoch.is_none() && head == 0 {
        return Ok(());
    }
    if view.epoch != Some(holder.epoch) {
        return Err(format!("it shows {:?}, the host is in {:?}", view.epoch, holder.epoch));
    }
    if view.fold != holder.fold {
        return Err(format!("it shows something else than the host, whose head is {head}"));
    }
    if view.has_ended != holder.is_over() {
        return Err(format!(
            "it was told of an end: {}; the host: {}",
            view.has_ended,
            holder.is_over()
        ));
    }
    Ok(())
}

fn one_link_each(world: &World) -> Checked {
    let live = world.gateway.live_links();
    for phone in &world.phones {
        let links = live.iter().filter(|client| **client == phone.client).count();
        let expected = usize::from(!phone.is_closed());
        if links != expected {
            return Err(format!("phone {} has {links} links, not {expected}", phone.number));
        }
        if phone.is_dialing() {
            return Err(format!("phone {} still dials", phone.number));
        }
    }
    if live.len() > world.phones.len() {
        return Err(format!("{} links live for {} phones", live.len(), world.phones.len()));
    }
    Ok(())
}

fn quiet(world: &mut World) -> Checked {
    let before = world.turns;
    world.run_until(world.now + QUIET)?;
    let turns = world.turns - before;
    if turns > QUIET_TURNS_PER_PHONE * world.phones.len() as u64 {
        return Err(format!("a quiet world took {turns} turns in {} s", QUIET.as_secs()));
    }
    if world.next_at().is_none_or(|at| at > world.now + Duration::from_secs(10)) {
        return Ok(());
    }
    // A ping may be due just now; behind it there is nothing for a while.
    let start = world.now;
    world.run_until(start + Duration::from_secs(10))?;
    world.next_at().map_or(Ok(()), |at| longer_than(start, at))
}

fn longer_than(start: Time, at: Time) -> Checked {
    if at.since(start) >= Duration::from_secs(10) {
        return Ok(());
    }
    Err(format!("a quiet world wants to be woken at {at:?}"))
}
