//! What is kept to be sent while the wallet is locked or closed: registrations that were asked for and are not answered, and
//! nothing else ([`Flow::unattended`]).
//!
//! An upload is kept when its safe does not answer, and when the wallet is about to go; what could not be kept is tried again at the
//! next of these. It is recalled in the transaction with
//! which its flow goes on, ends or is called off ([`crate::port::Batch::recalls`]). Whoever sends it just then does what a request
//! does that is under way while it is called off: the flow has the safe end what came of it, or refuse what comes late.

use super::drive::is_of_the_way;
use super::{Asked, Awaiting, Running, Wallet};
use crate::client;
use crate::flow::Flow;
use crate::ids::FlowId;
use crate::port::{Context, Effect, Upload};
use alloc::vec::Vec;
use saifu_protocol::UnixTime;
use saifu_protocol::limits::PREPARED_LIFETIME;

impl Wallet {
    /// Keeps what the flow asks for, if that may be sent unattended and is not kept already.
    pub(super) fn keep(
        &mut self,
        id: FlowId,
        context: &mut Context<'_>,
        effects: &mut Vec<Effect>,
    ) {
        let now = UnixTime(context.now_ms / 1_000);
        let Some(running) = self.running.get(&id) else {
            return;
        };
        // What will not do for long any more is made anew.
        let enough = now.plus(PREPARED_LIFETIME / 2);
        if running.kept_until.is_some_and(|until| until > enough) {
            return;
        }
        let (Some(flow), Some(body)) = (self.books.flow(id), running.body.as_ref()) else {
            return;
        };
        let Some((safe, request, registration)) = flow.unattended(body, &self.books, self.lock)
        else {
            return;
        };
        let at_safe = self.safe_time(safe, context.now_ms);
        let known = self.books.safe(safe);
        let prepared =
            known.and_then(|it| client::prepare(it, &registration, request, at_safe, context.rng));
        let Some(prepared) = prepared else { return };
        self.running.of(id).kept_until = Some(now.plus(PREPARED_LIFETIME));
        effects.push(Effect::Keep(Upload {
            flow: id,
            url: prepared.url,
            headers: prepared.headers,
            body: prepared.body,
            until_ms: context.now_ms.saturating_add(PREPARED_LIFETIME * 1_000),
        }));
    }

    /// Keeps everything that is asked for just now, and what its safe has not answered, if it is not kept. What is kept is said again:
    /// browsers wake a service worker only so often for the same, and while the wallet is open that does nothing.
    pub(super) fn keep_all(&mut self, context: &mut Context<'_>, effects: &mut Vec<Effect>) {
        if self.running.iter().any(|(_, it)| it.kept_until.is_some()) {
            effects.push(Effect::StillKept);
        }
        let is_unanswered = |running: &Running| match &running.awaiting {
            Awaiting::Ask(ask) => matches!(self.asks.get(ask), Some(Asked::Flow(..))),
            Awaiting::Wake(_) => running.waiting.is_some_and(is_of_the_way),
            _ => false,
        };
        let unanswered = self.running.iter().filter(|(id, running)| {
            is_unanswered(running) && matches!(self.books.flow(*id), Some(Flow::Register(_)))
        });
        let unanswered: Vec<FlowId> = unanswered.map(|(id, _)| *id).collect();
        for flow in unanswered {
            self.keep(flow, context, effects);
        }
    }

    /// The store had no room for it, or would not have it.
    pub(super) fn not_kept(&mut self, id: FlowId) {
        if let Some(running) = self.running.get_mut(&id) {
            running.kept_until = None;
        }
    }
}
