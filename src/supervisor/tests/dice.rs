//! Chance that a seed repeats, and decks made by it.

use std::time::Duration;

use serde_json::json;

use crate::model::{
    OnDisconnect, PoolName, PoolSpec, Ready, ReplyRule, RestartWhen, RouteForm, RouteSpec,
};
use crate::supervisor::tests::world::{fault, frame, message};
use crate::wire::{FaultKind, Frame, InternalKind, Pointer};

/// A small generator (SplitMix64): the same seed, the same run.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    /// From 0, so many sides.
    pub(super) fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % sides
    }

    /// What a process may send at once.
    pub(super) fn frames(&mut self) -> Vec<Frame> {
        let count = self.roll(3) + 1;
        let frames = (0..count).map(|_| match self.roll(6) {
            0 => Frame::Internal {
                message: message(r#"{"cmd":"NODE_HANDLE"}"#),
                bytes: 22,
                kind: InternalKind::Handle,
            },
            1 => frame("{}"),
            2 => fault([FaultKind::Invalid, FaultKind::TooLong][usize::from(self.roll(2) == 0)]),
            roll => frame(&format!(r#"{{"id":{}}}"#, roll - 3)),
        });
        frames.collect()
    }
}

/// The pools of a random deck.
pub(super) fn pools(dice: &mut Dice) -> Vec<PoolSpec> {
    let policies = [
        RestartWhen::Always,
        RestartWhen::OnFailure,
        RestartWhen::Never,
    ];
    let pools = ["a", "b"].into_iter().map(|name| {
        let mut pool = PoolSpec::new(PoolName::new(name).unwrap(), "worker", "/");
        pool.instances = u32::try_from(dice.roll(4)).unwrap();
        pool.restart.when = policies[usize::try_from(dice.roll(3)).unwrap()];
        pool.mailbox.capacity = 5;
        pool.mailbox.bytes = 300_000;
        pool.stop.grace = Duration::from_millis(dice.roll(3) * 700);
        pool.stop.drain = Duration::from_millis(dice.roll(3) * 700);
        pool.jobs.reply = match dice.roll(3) {
            0 => ReplyRule::Next,
            1 => ReplyRule::Id(Pointer::parse("/id").unwrap()),
            _ => ReplyRule::None,
        };
        pool.stop.message = (dice.roll(2) == 0).then(|| message("\"stop\""));
        pool.ready = [Ready::Spawn, Ready::Message, Ready::Listening]
            [usize::try_from(dice.roll(4).saturating_sub(1)).unwrap()];
        pool.ready_timeout = Duration::from_millis(dice.roll(3) * 2_000 + 1);
        if dice.roll(2) == 0 {
            pool.on_disconnect = OnDisconnect::Stop;
        }
        pool
    });
    pools.collect()
}

/// Routes between those pools, and one that leads nowhere.
pub(super) fn routes() -> Vec<RouteSpec> {
    let route = |from, to, form, back| RouteSpec {
        from: PoolName::new(from).unwrap(),
        when: Vec::new(),
        to: PoolName::new(to).unwrap(),
        form,
        back,
    };
    let mut routes = vec![
        route("a", "b", RouteForm::Message, true),
        route("b", "a", RouteForm::Message, false),
        route("b", "a", RouteForm::Job, true),
        route("b", "c", RouteForm::Message, true),
    ];
    routes[0].when = vec![(Pointer::parse("/id").unwrap(), json!(1))];
    routes
}
